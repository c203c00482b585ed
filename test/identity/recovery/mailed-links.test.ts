/** Every link in a letter or text message shows a page first; opening it, as scanners do, writes nothing. */
import { describe, expect, test } from "vitest";
import { outboxOf, patch, person, post, put, rows, send, unique, uniquePhone } from "../../harness/api.ts";
import { sources } from "../../harness/architecture/sources.ts";
import { counted } from "../../harness/counting/counted.ts";
import { stranger } from "../requests.ts";

/** Path and query of the newest link of a kind that went to an address or phone. */
async function linkTo(to: string, part: string): Promise<string> {
  const links = (await outboxOf(to)).flatMap((letter) => letter.links);
  const { pathname, search } = new URL(links.find((link) => link.includes(part)) ?? "http://no/");
  return pathname + search;
}

const reset = (phone: string) => ({
  phone,
  new_password: "another harbour",
  new_password_confirm: "another harbour",
});

/** A person whose address and phone were just changed. */
async function moved() {
  const who = await person();
  const [old, phone] = [uniquePhone(), uniquePhone()];
  await rows("UPDATE users SET phone = ? WHERE id = ?", old, who.id);
  await patch("/api/v1/auth/profile/", { phone }, { token: who.token });
  const code = (await outboxOf(phone))[0]?.codes[0];
  await post("/api/v1/auth/phone/confirm/", { code }, { token: who.token });
  await put("/api/user", { email: `${unique("moved")}@example.com` }, { token: who.token });
  return { ...who, old };
}

/** An event with the person as a participant, and the letter about it. */
async function invited() {
  const [host, guest] = [await person("host"), await person("guest")];
  const event = {
    name: "Ride",
    starting_time: "2031-01-01T10:00Z",
    end_time: "2031-01-01T11:00Z",
    location: "Bridge",
    participants: [guest.username],
  };
  await post("/api/events/", event, { token: host.token });
  return guest;
}

/** What a link begins with → the path of one that works. */
const LINKS: Record<string, () => Promise<string>> = {
  "account-confirm-email": async () => linkTo((await person()).email, "/account-confirm-email/"),
  password_reset_confirm: async () => {
    const { email } = await person();
    await post("/api/auth/password/reset/", { email }, { headers: stranger() });
    return linkTo(email, "/password_reset_confirm/");
  },
  password_reset_phone: async () => {
    const { id } = await person();
    const phone = uniquePhone();
    await rows("UPDATE users SET phone = ? WHERE id = ?", phone, id);
    await post("/api/v1/auth/password/reset/", reset(phone), { headers: stranger() });
    return linkTo(phone, "/password_reset_phone/");
  },
  "account-undo": async () => linkTo((await moved()).email, "/account-undo/"),
  "account-undo by phone": async () => linkTo((await moved()).old, "/account-undo/"),
  "events leave": async () => linkTo((await invited()).email, "leave"),
  letters: async () => {
    const [letter] = await outboxOf((await invited()).email);
    const { pathname, search } = new URL(letter?.headers["List-Unsubscribe"]?.slice(1, -1) ?? "http://no/");
    return pathname + search;
  },
  "events accept": async () => linkTo((await invited()).email, "accept"),
};

/** Links that are shown to who asked for them and mailed to nobody; and the console, which asks for a sign-in. */
const NO_RIGHT = ["api", "track", "tiles", "admin"];

test("Every kind of link in the source code is covered here.", () => {
  const made = Object.values(sources).flatMap((source) =>
    [...source.matchAll(/(?:origin\}|signedUrl\([^`]*`|toUrl\(`)\/([\w-]+)/g)].map(([, first = ""]) => first),
  );
  const tried = Object.keys(LINKS).map((name) => name.split(" ")[0]);
  const unknown = new Set(made.filter((first) => !tried.includes(first) && !NO_RIGHT.includes(first)));
  expect([...unknown]).toEqual([]);
  expect(made).toEqual(expect.arrayContaining(["account-confirm-email", "account-undo", "events"]));
});

describe.each(Object.entries(LINKS))("the link of %s", (_, make) => {
  test.each(["HEAD", "GET"])(
    "Opening a mailed link with %s writes nothing and shows a button.",
    async (method) => {
      const path = await make();
      expect(path).not.toBe("/");
      const meter = counted();
      for (let look = 0; look < 2; look++) {
        meter.read();
        const answer = await send(new Request(`http://caravan.test${path}`, { method }), meter.env);
        expect(answer.status).toBe(200);
        const writes = meter.read().statements.filter((words) => !/^\s*(select|with)\b/i.test(words));
        expect(writes).toEqual([]);
        if (method === "GET") expect(await answer.text()).toMatch(/<form method="post"[\s\S]*<button/);
      }
    },
  );
});

test.each([
  ["OPERATOR", true],
  ["CLIENT", false],
] as const)(
  "The page after a reset by a %s leads to the console only whom it is open to.",
  async (role, leads) => {
    const { id, email } = await person();
    await rows("UPDATE users SET user_type = ? WHERE id = ?", role, id);
    await post("/api/auth/password/reset/", { email }, { headers: stranger() });
    const path = await linkTo(email, "/password_reset_confirm/");
    const body = new URLSearchParams({ new_password1: "another harbour", new_password2: "another harbour" });
    const answer = await send(new Request(`http://caravan.test${path}`, { method: "POST", body }));
    expect(answer.status).toBe(200);
    expect((await answer.text()).includes('href="/admin/"')).toBe(leads);
  },
);
