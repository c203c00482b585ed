/** The export has everything of a person, and a deletion leaves nothing of them. */
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import {
  call,
  del,
  get,
  outboxOf,
  person,
  post,
  rows,
  staffMember,
  unique,
  uniquePhone,
} from "../../harness/api.ts";
import { deliver } from "../../harness/outbox.ts";
import { picture as pictureOf } from "../../harness/pictures/pictures.ts";
import { rowsOf, rowsWith } from "../../harness/traces.ts";

const EXPORT = "/api/v1/users/me/export/";
const PROFILE = "/api/v1/auth/profile/";
const PASSWORD = "securepassword123";
const headers = { "accept-language": "en" };
const picture = pictureOf(100, "image/png");

/** A person with rows in every table that an account can have rows in. */
async function resident() {
  const name = unique("Resident");
  const [phone, email] = [uniquePhone(), `${name}@example.com`.toLowerCase()];
  const account = {
    phone,
    email,
    password: PASSWORD,
    password_confirm: PASSWORD,
    user_type: "CLIENT",
    first_name: `${name}First`,
    last_name: `${name}Last`,
  };
  const options = {
    headers: { ...headers, "idempotency-key": unique("once"), "user-agent": `${name}Browser` },
  };
  const { access, user } = (await post("/api/v1/auth/register/", account, options)).body;
  await call("PATCH", PROFILE, { token: access, headers, body: withPicture({ username: `${name}Name` }) });
  await post("/api/auth/password/reset/", { email });
  await post("/api/v1/users/reset_password/", { email });
  await post("/api/v1/auth/password/reset/", {
    phone,
    new_password: PASSWORD,
    new_password_confirm: PASSWORD,
  });
  await post("/api/login", { email, password: PASSWORD });
  const id: number = user.id;
  const host = await person("host");
  const own = (await post("/api/events/", event([`${name}Name`]), { token: access })).body.id;
  await post("/api/events/", event([`${name}Name`]), { token: host.token });
  await rows(
    "INSERT INTO event_reminders SELECT event_id, user_id, 1, 2, 3 FROM event_members WHERE user_id = ?",
    id,
  );
  const [profile] = await rows<{ avatar_key: string }>(
    "SELECT avatar_key FROM profiles WHERE user_id = ?",
    id,
  );
  return { id, name, phone, email, access, own, avatarKey: profile?.avatar_key ?? "" };
}

function withPicture(fields: Record<string, string>): FormData {
  const form = new FormData();
  for (const [field, value] of Object.entries(fields)) form.append(field, value);
  form.append("avatar", new File([picture], "me.png", { type: "image/png" }));
  return form;
}

function event(participants: string[]) {
  return {
    name: "Ride",
    starting_time: "2031-01-01T10:00Z",
    end_time: "2031-01-01T11:00Z",
    location: "Bridge",
    participants,
  };
}

describe("the export", () => {
  test("The export holds the person's account, profile, devices and events, and no secret.", async () => {
    const who = await resident();
    const answer = await get(EXPORT, { token: who.access });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-disposition")).toBe('attachment; filename="caravan-export.json"');
    const { account, profile, sessions, events_made: made, events_joined: joined } = answer.body;
    expect(account).toMatchObject({
      id: who.id,
      username: `${who.name}Name`,
      email: who.email,
      phone: who.phone,
      firstName: `${who.name}First`,
      lastName: `${who.name}Last`,
    });
    expect(profile.avatar).toBe(`http://caravan.test/media/${who.avatarKey}`);
    expect(sessions.map(({ door }: { door: string }) => door).sort()).toEqual(["rideshare", "tow-truck"]);
    expect(made.map(({ uuid }: { uuid: string }) => uuid)).toEqual([who.own]);
    expect(joined).toHaveLength(2);
    const [secrets] = await rows<Record<string, string>>(
      "SELECT password_hash, key_hash, secret_hash FROM users JOIN sessions s ON s.user_id = users.id JOIN codes c ON c.user_id = users.id WHERE users.id = ?",
      who.id,
    );
    for (const secret of Object.values(secrets ?? {}))
      expect(JSON.stringify(answer.body)).not.toContain(secret);
  });

  test("The export holds no data of other people.", async () => {
    const other = await resident();
    const { token } = await person();
    const answer = JSON.stringify((await get(EXPORT, { token })).body);
    for (const word of [other.name, other.email, other.phone]) expect(answer).not.toContain(word);
  });

  test("The export needs a session.", async () => {
    expect((await get(EXPORT)).status).toBe(401);
  });
});

/** The routes that delete an account. */
const DELETIONS: [string, (who: { id: number; access: string }) => Promise<{ status: number }>][] = [
  ["DELETE /api/v1/auth/profile/", ({ access }) => del(PROFILE, undefined, { token: access })],
  ["DELETE /api/user/", ({ access }) => del("/api/user/", undefined, { token: access })],
  ["DELETE /api/user-delete", ({ access }) => del("/api/user-delete", undefined, { token: access })],
  ["DELETE /api/user/:id/", ({ id, access }) => del(`/api/user/${id}/`, undefined, { token: access })],
];

describe("a deletion", () => {
  test.each(DELETIONS)(
    "A deletion by %s leaves no personal row in any table, and no picture.",
    async (_, remove) => {
      const who = await resident();
      const words = [who.name, who.email, who.phone, who.avatarKey];
      expect(await env.BUCKET.head(who.avatarKey)).not.toBeNull();
      expect((await rowsOf(who.id)).length).toBeGreaterThan(8);
      expect((await remove(who)).status).toBeLessThan(300);
      await deliver("object", who.avatarKey);
      expect(await env.BUCKET.head(who.avatarKey)).toBeNull();
      await rows("DELETE FROM outbox WHERE kind = 'object' AND address = ?", who.avatarKey);
      expect(await rowsOf(who.id)).toEqual([]);
      // Letters to other people about a common event still name its participants; they are deleted with those people's outbox rows.
      const left = await rowsWith(words);
      expect(
        left.filter(({ table, row }) => !(table === "outbox" && String(row.address).startsWith("host"))),
      ).toEqual([]);
    },
  );

  test("A deletion frees username, address and phone for a new account.", async () => {
    const who = await resident();
    await del(PROFILE, undefined, { token: who.access });
    const body = { username: `${who.name}Name`, email: who.email, password: "verysecret" };
    expect((await post("/api/auth/signup/", body)).status).toBe(200);
  });

  test("A deletion keeps an event with other participants, without its creator.", async () => {
    const who = await resident();
    const host = await person();
    const shared = (await post("/api/events/", event([host.username]), { token: who.access })).body.id;
    await del(PROFILE, undefined, { token: who.access });
    expect((await get(`/api/event/${shared}/`, { token: host.token })).body.event.participants).toEqual([
      host.username,
    ]);
    expect(await rows("SELECT creator_id FROM events WHERE uuid = ?", shared)).toEqual([
      { creator_id: null },
    ]);
  });

  test("A deletion voids links and codes that were sent.", async () => {
    const who = await resident();
    const links = (await outboxOf(who.email)).flatMap((letter) => letter.links).map((link) => new URL(link));
    expect(links.length).toBeGreaterThan(1);
    const [code] = (await outboxOf(who.email)).flatMap(({ codes }) => codes);
    await del(PROFILE, undefined, { token: who.access });
    for (const { pathname, search } of links)
      expect((await get(pathname + search)).status, pathname).toBe(404);
    const reset = { token: code, password: "newpassword456" };
    expect((await post("/api/v1/users/reset_password/confirm/", reset)).status).toBe(404);
    expect(await outboxOf(who.email)).toEqual([]);
    expect(await outboxOf(who.phone)).toEqual([]);
  });

  test("A deletion affects no other account and happens only once.", async () => {
    const [who, other] = [await resident(), await resident()];
    const before = await rowsOf(other.id);
    await del(PROFILE, undefined, { token: who.access });
    expect((await del(PROFILE, undefined, { token: who.access })).status).toBe(401);
    expect(await rowsOf(other.id)).toEqual(before);
    expect(await outboxOf(other.email)).not.toEqual([]);
    expect(await env.BUCKET.head(other.avatarKey)).not.toBeNull();
  });

  test("A deletion by staff leaves an audit row with the actor.", async () => {
    const who = await resident();
    const staff = await staffMember();
    const answer = await del(`/api/user/${who.id}/`, undefined, { token: staff.token });
    expect(
      await rows("SELECT actor_id, action, request_id FROM audit_log WHERE subject = ?", `user:${who.id}`),
    ).toEqual([
      { actor_id: staff.id, action: "user.delete", request_id: answer.headers.get("x-request-id") },
    ]);
    expect(await rowsOf(who.id)).toEqual([]);
  });

  test("A new picture deletes the old one.", async () => {
    const who = await resident();
    await call("PATCH", PROFILE, { token: who.access, headers, body: withPicture({}) });
    await deliver("object", who.avatarKey);
    expect(await env.BUCKET.head(who.avatarKey)).toBeNull();
    const [profile] = await rows<{ avatar_key: string }>(
      "SELECT avatar_key FROM profiles WHERE user_id = ?",
      who.id,
    );
    expect(await env.BUCKET.head(profile?.avatar_key ?? "")).not.toBeNull();
  });
});
