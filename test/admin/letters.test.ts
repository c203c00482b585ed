/** Rows of the outbox as letters: what operators may read of them, and that no secret is in it. */
import { beforeAll, expect, test } from "vitest";
import { newPerson, type Person } from "../authorization/world.ts";
import { get, post, rows, unique, uniquePhone } from "../harness/api.ts";
import { as } from "./requests.ts";
import { memberWith } from "./rights/groups.ts";

let staff: Person;
let operator: Person;

beforeAll(async () => {
  staff = await newPerson("staff");
  operator = await newPerson("operator");
});

const letter = (id: string, who: Person) => get(`/api/admin/outbox/${id}/letter/`, as(who));

async function queued(kind: string, address: string, payload: object): Promise<string> {
  const id = unique("row");
  await rows(
    "INSERT INTO outbox (id, kind, address, payload, status, created_at) VALUES (?, ?, ?, ?, 'dead', 1)",
    id,
    kind,
    address,
    JSON.stringify(payload),
  );
  return id;
}

test("A letter shows its subject, sender, reader, text and html, and hides where its link leads.", async () => {
  const token = "Zx81kQ-secret_token-2026-abcdefgh";
  const data = { url: `http://caravan.test/password-reset/${token}/`, username: "ivan" };
  const id = await queued("mail", "ivan@example.com", {
    template: "identity.reset_link",
    locale: "en",
    secret: true,
    data,
  });
  for (const who of [staff, operator]) {
    const { status, body } = await letter(id, who);
    expect(status).toBe(200);
    expect(body).toMatchObject({ to: "ivan@example.com", subject: "[Caravan] Password Reset Email" });
    expect(body.from).toContain("@");
    expect(body.text).toContain("for the account ivan");
    expect(body.text).toContain("http://caravan.test/password-reset/••••••");
    expect(body.html).toContain("<p");
    expect(JSON.stringify(body)).not.toContain(token);
  }
});

test("A code is hidden in a letter and in a message to a phone.", async () => {
  const mail = { template: "identity.reset_code", locale: "ru", secret: true, data: { code: "483920" } };
  const inMail = await letter(await queued("mail", "a@example.com", mail), staff);
  const text = "Caravan code: 771204, or open http://caravan.test/p/Ab-12345678901234567890/";
  const sms = await letter(await queued("sms", uniquePhone(), { text, code: "771204" }), staff);
  expect(inMail.body.text).toMatch(/••••••$/);
  expect(JSON.stringify(inMail.body)).not.toContain("483920");
  expect(sms.body.text).toBe("Caravan code: ••••••, or open http://caravan.test/p/••••••");
  expect(sms.body).toMatchObject({ html: "", from: "" });
});

test("The links of real letters hold nothing that their reader's own link holds.", async () => {
  const email = `${unique("reader")}@example.com`;
  await rows("UPDATE users SET email = ? WHERE id = ?", email, (await newPerson("owner")).id);
  await post("/api/v1/users/reset_password/", { email });
  const sent = await rows<{ id: string; payload: string }>(
    "SELECT id, payload FROM outbox WHERE kind = 'mail' AND address = ?",
    email,
  );
  for (const { id, payload } of sent) {
    const secrets = payload.match(/[A-Za-z0-9_-]{16,}/g) ?? [];
    const words = JSON.stringify((await letter(id, staff)).body);
    for (const secret of secrets) expect(words).not.toContain(secret);
  }
});

test("What is no letter, and a letter whose secret was forgotten, is not found.", async () => {
  expect((await letter(await queued("object", "key", { key: "avatars/1" }), staff)).status).toBe(404);
  expect((await letter(await queued("mail", "b@example.com", {}), staff)).status).toBe(404);
  expect((await letter(await queued("sms", uniquePhone(), {}), staff)).status).toBe(404);
  expect((await letter("nothing", staff)).status).toBe(404);
});

test("A group reads letters with the right to letters and to the outbox, and with no other.", async () => {
  const id = await queued("mail", "c@example.com", {
    template: "identity.reset_code",
    locale: "en",
    data: { code: "123456" },
  });
  expect((await letter(id, await memberWith(["outbox:read", "outbox:private"]))).status).toBe(403);
  expect((await letter(id, await memberWith(["outbox:letter"]))).status).toBe(403);
  expect((await letter(id, await memberWith(["outbox:read", "outbox:letter"]))).status).toBe(200);
});
