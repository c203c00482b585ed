/** Letters that came back and complaints, as Resend reports them: whose letters end, which still go, and what lifts it. */
import { Webhook } from "standardwebhooks";
import { afterEach, describe, expect, test, vi } from "vitest";
import { newPerson } from "../authorization/world.ts";
import { call, del, envWith, get, type Person, patch, person, post, rows } from "../harness/api.ts";
import { accepted, deliver, OPEN_LETTER, outside, put, SECRET_LETTER, stored } from "../outbox/rows.ts";

const PATH = "/api/v1/mail/resend/";
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const settings = { RESEND_WEBHOOK_SECRET: SECRET };
const RESEND = envWith({ RESEND_API_KEY: "re_of_the_tests" });
const EVENT_LETTER = {
  template: "event.created",
  locale: "en",
  data: { name: "Walk", location: "", startsAt: 0, endsAt: null, participants: [], count: 0 },
  secret: false,
  unsubscribe: "https://caravan.example/letters/unsubscribe?person=1",
};

afterEach(() => {
  vi.restoreAllMocks();
});

interface Signing {
  readonly secret?: string;
  /** Epoch ms. */
  readonly at?: number;
  readonly names?: "svix" | "webhook";
}

/** Signs as the library of the standard does. */
function signed(body: string, { secret = SECRET, at = Date.now(), names = "svix" }: Signing = {}) {
  const signature = new Webhook(secret).sign("msg_1", new Date(at), body);
  const timestamp = String(Math.floor(at / 1000));
  return { [`${names}-id`]: "msg_1", [`${names}-timestamp`]: timestamp, [`${names}-signature`]: signature };
}

const bounced = (to: string | string[], type?: string) => ({
  type: "email.bounced",
  created_at: "2031-01-01T00:00:00.000Z",
  data: {
    email_id: "56761188-7520-42d8-8898-ff6fc54ce618",
    from: "Caravan <hello@caravan.example>",
    to,
    subject: "Walk",
    bounce: { message: "550 no such user", subType: "General", ...(type ? { type } : {}) },
  },
});
const complained = (to: string) => ({ ...bounced(to), type: "email.complained" });

const report = (event: unknown, signing?: Signing) => {
  const body = typeof event === "string" ? event : JSON.stringify(event);
  return call("POST", PATH, {
    body,
    settings,
    headers: { "content-type": "application/json", ...signed(body, signing) },
  });
};

const suppressions = (address: string) =>
  rows("SELECT reason, detail FROM mail_suppressions WHERE address = ? ORDER BY reason", address);
const returned = ({ id }: Person) =>
  rows<{ message: string }>(
    "SELECT message FROM notifications WHERE user_id = ? AND type = 'MAIL_RETURNED'",
    id,
  );

/** Which of a letter about an event and one with a code are sent to the address. */
async function sentTo(address: string) {
  const requests = outside(accepted);
  const ids = [await put({ address, letter: EVENT_LETTER }), await put({ address, letter: SECRET_LETTER })];
  expect(await deliver(ids, RESEND)).toEqual({ acked: ["0", "1"], retried: [] });
  const subjects = requests.map(({ body }) => String(body.subject));
  vi.restoreAllMocks();
  return {
    event: subjects.some((words) => words.includes("Walk")),
    code: subjects.includes("Password reset"),
    ids,
  };
}

describe("a letter that came back", () => {
  test("All letters to the address end, its person is told in the app once, and a repeat changes nothing.", async () => {
    const ann = await person();
    for (const names of ["svix", "webhook"] as const)
      expect((await report(bounced([ann.email], "Permanent"), { names })).status).toBe(204);
    expect(await suppressions(ann.email)).toEqual([{ reason: "bounce", detail: "550 no such user" }]);
    const [notice, ...more] = await returned(ann);
    expect(notice?.message).toContain(ann.email);
    expect(more).toEqual([]);
    const { ids, ...sent } = await sentTo(ann.email);
    expect(sent).toEqual({ event: false, code: false });
    const [event, code] = await Promise.all(ids.map(stored));
    expect(event).toMatchObject({ status: "suppressed", last_error: "bounce", sent_at: null });
    expect(event?.payload).toContain("Walk");
    expect(code).toMatchObject({ status: "suppressed", payload: "{}" });
  });

  test("Reports that come at once are one.", async () => {
    const ann = await person();
    await Promise.all([1, 2, 3].map(() => report(bounced(ann.email))));
    expect(await suppressions(ann.email)).toHaveLength(1);
    expect(await returned(ann)).toHaveLength(1);
  });

  test("An address is found in any spelling of it, with a name before it.", async () => {
    const ann = await person();
    await report(bounced([`Ann <${ann.email.toUpperCase()}>`, "nobody here", "x".repeat(5000)]));
    expect(await suppressions(ann.email)).toHaveLength(1);
  });

  test.each([
    ["a mailbox that is full for now", (to: string) => bounced(to, "Transient")],
    ["an unknown kind of bounce", (to: string) => bounced(to, "Undetermined")],
    ["a delivery", (to: string) => ({ ...bounced(to), type: "email.delivered" })],
    ["no event about a mail", (to: string) => ({ type: "contact.created", data: { email: to } })],
    ["a list", () => []],
    ["nothing", () => null],
  ])("A report of %s ends no letters.", async (_, event) => {
    const ann = await person();
    expect((await report(event(ann.email))).status).toBe(204);
    expect(await suppressions(ann.email)).toEqual([]);
  });

  test("An address that is no account's is not stored.", async () => {
    expect((await report(bounced("stranger@example.com"))).status).toBe(204);
    expect(await suppressions("stranger@example.com")).toEqual([]);
  });
});

test("A complaint ends letters that can be ended; codes and warnings still go, and nobody is told.", async () => {
  const ann = await person();
  expect((await report(complained(ann.email))).status).toBe(204);
  const { ids, ...sent } = await sentTo(ann.email);
  expect(sent).toEqual({ event: false, code: true });
  expect((await stored(ids[0] ?? "")).status).toBe("suppressed");
  expect(await returned(ann)).toEqual([]);
  await report(bounced(ann.email));
  expect(await suppressions(ann.email)).toMatchObject([{ reason: "bounce" }, { reason: "complaint" }]);
  expect(await sentTo(ann.email)).toMatchObject({ event: false, code: false });
});

describe("what lifts it", () => {
  test("Another address gets letters; the former one is forgotten, and gets them again when it is taken back.", async () => {
    const ann = await person();
    await report(bounced(ann.email));
    await report(complained(ann.email));
    const changed = await patch("/api/v1/auth/profile/", { email: `new-${ann.email}` }, { token: ann.token });
    expect(changed.status).toBe(200);
    expect(await suppressions(ann.email)).toEqual([]);
    expect(await sentTo(`new-${ann.email}`)).toMatchObject({ event: true, code: true });
    await patch("/api/v1/auth/profile/", { email: ann.email }, { token: ann.token });
    expect(await sentTo(ann.email)).toMatchObject({ event: true, code: true });
  });

  test("A change of something else lifts nothing.", async () => {
    const ann = await person();
    await report(bounced(ann.email));
    await patch("/api/v1/auth/profile/", { first_name: "Ann", email: ann.email }, { token: ann.token });
    expect(await suppressions(ann.email)).toHaveLength(1);
  });

  test("Staff see it in the console with its person, and lift it; operators only see it.", async () => {
    const ann = await person();
    await report(bounced(ann.email));
    const [staff, operator] = [await newPerson("staff"), await newPerson("operator")];
    const list = `/api/admin/mail-suppressions/?search=${ann.email}`;
    for (const { token } of [staff, operator]) {
      const { body } = await get(list, { token });
      expect(body.results).toMatchObject([
        { address: ann.email, reason: "bounce", detail: "550 no such user" },
      ]);
      expect(body.results[0].user).toBe(ann.id);
    }
    const { id } = (await get(list, { token: staff.token })).body.results[0];
    const path = `/api/admin/mail-suppressions/${encodeURIComponent(id)}/`;
    const options = { headers: { "if-match": "*" } };
    expect((await del(path, undefined, { token: operator.token, ...options })).status).toBe(403);
    expect((await del(path, undefined, { token: staff.token, ...options })).status).toBe(204);
    expect(await sentTo(ann.email)).toMatchObject({ event: true, code: true });
  });

  test("A person's export has it, and with the account it is deleted.", async () => {
    const ann = await person();
    await report(bounced(ann.email));
    const { body } = await get("/api/v1/users/me/export/", { token: ann.token });
    expect(body.letters_ended).toMatchObject([{ reason: "bounce" }]);
    await rows("DELETE FROM users WHERE id = ?", ann.id);
    expect(await suppressions(ann.email)).toEqual([]);
  });
});

describe("a report that is not believed", () => {
  test.each<[string, number, Signing | null]>([
    ["without a signature", 401, null],
    ["with another secret's signature", 401, { secret: `whsec_${btoa("another secret of this size")}` }],
    ["that is older than five minutes", 401, { at: Date.now() - 301_000 }],
    ["from the future", 401, { at: Date.now() + 3_600_000 }],
  ])("A report %s is a %i and changes nothing.", async (_, status, signing) => {
    const ann = await person();
    const answer = signing
      ? await report(bounced(ann.email), signing)
      : await post(PATH, bounced(ann.email), { settings });
    expect(answer.status).toBe(status);
    expect(await suppressions(ann.email)).toEqual([]);
  });

  test("A signature of another body is a 401, one of two signatures is enough, and one of a thousand is not looked for.", async () => {
    const [ann, bob] = [await person(), await person()];
    const [his, hers] = [JSON.stringify(bounced(bob.email)), JSON.stringify(bounced(ann.email))];
    const send = (body: string, headers: Record<string, string>) =>
      call("POST", PATH, { body, settings, headers });
    expect((await send(his, signed(hers))).status).toBe(401);
    expect(await suppressions(bob.email)).toEqual([]);
    const good = signed(his);
    const signature = good["svix-signature"] ?? "";
    const late = `${"v1,AAAA ".repeat(1000)}${signature}`;
    expect((await send(his, { ...good, "svix-signature": late })).status).toBe(401);
    expect((await send(his, { ...good, "svix-signature": `v1,AAAA ${signature}` })).status).toBe(204);
    expect(await suppressions(bob.email)).toHaveLength(1);
  });

  test("A signed body that is not JSON is a 400, one that is too large a 413, and without the setting all is a 404.", async () => {
    expect((await report("not json")).status).toBe(400);
    expect((await report(`"${"x".repeat(70_000)}"`)).status).toBe(413);
    const body = JSON.stringify(bounced("a@example.com"));
    expect((await call("POST", PATH, { body, headers: signed(body) })).status).toBe(404);
  });
});

test("A letter that was stored before there were links is still one that nobody can end.", async () => {
  const ann = await person();
  await report(complained(ann.email));
  const requests = outside(accepted);
  await deliver([await put({ address: ann.email, letter: OPEN_LETTER })], RESEND);
  expect(requests).toHaveLength(1);
});
