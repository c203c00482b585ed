/**
 * Whatever ends a session × every way in which a client can show that it had one, in an isolate that has just started: the
 * token is still signed and not expired, the right is still held, and the database is not asked.
 */
import { describe, expect, test } from "vitest";
import { del, outboxOf, type Person, patch, person, post, staffMember } from "../../harness/api.ts";
import { cold } from "../../harness/cold.ts";
import { makeRoom } from "../../harness/rooms.ts";
import { connectNative, dial, type SocketOptions } from "../../harness/socket.ts";

interface Device {
  readonly access: string;
  readonly refresh: string;
  readonly key: string;
  readonly session: string;
}

async function device({ username, password }: Person): Promise<Device> {
  const { body } = await post("/api/auth/login/", { username, password });
  const [, payload = ""] = body.access.split(".");
  const { sid } = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
  return { access: body.access, refresh: body.refresh, key: body.key, session: sid };
}

const asStaff = async () => ({ token: (await staffMember()).token, headers: { "if-match": "*" } });
const NEW = "newpassword456";

/** What ends the session of `device`. */
const CAUSES: Readonly<Record<string, (who: Person, device: Device) => Promise<{ status: number }>>> = {
  "its own sign-out": (_, { access }) => post("/api/v1/auth/logout/", undefined, { token: access }),
  "another device": async (who, { session }) =>
    del(`/api/v1/auth/sessions/${session}/`, undefined, { token: (await device(who)).access }),
  "a refresh token that was used before": async (_, { refresh }) => {
    const path = "/api/v1/auth/token/refresh/";
    const { body } = await post(path, { refresh });
    await post(path, { refresh: body.refresh });
    const reused = await post(path, { refresh });
    return { status: reused.status === 401 ? 200 : reused.status };
  },
  "a new password from another device": async (who) =>
    post(
      "/api/auth/password/change/",
      { old_password: who.password, new_password1: NEW, new_password2: NEW },
      { key: (await device(who)).key },
    ),
  "a reset by mail": async (who) => {
    await post("/api/auth/password/reset/", { email: `${who.username}@example.com` });
    const [letter] = await outboxOf(`${who.username}@example.com`);
    const form = new URLSearchParams({ new_password1: NEW, new_password2: NEW });
    return post(new URL(letter?.links[0] ?? "").pathname, form);
  },
  "staff, who ends all sessions": async ({ id }) =>
    post(`/api/admin/users/${id}/actions/end_sessions/`, {}, await asStaff()),
  "staff, who ends this one": async (_, { session }) =>
    del(`/api/admin/sessions/${session}/`, undefined, await asStaff()),
  "a temporary password": async ({ id }) =>
    post(`/api/admin/users/${id}/actions/temporary_password/`, {}, await asStaff()),
  "a block": async ({ id }) => patch(`/api/admin/users/${id}/`, { is_active: false }, await asStaff()),
  "another role": async ({ id }) =>
    patch(`/api/admin/users/${id}/`, { user_type: "DRIVER" }, await asStaff()),
  "the account's deletion": (_, { access }) => del("/api/v1/auth/profile/", undefined, { token: access }),
};

type Offer = (path: string, device: Device) => [path: string, options: SocketOptions];
const DIALECTS: Readonly<Record<string, Offer>> = {
  "natively, by sub-protocol": (path, { access }) => [path, { protocols: ["caravan.v1", `auth.${access}`] }],
  "natively, by header": (path, { access }) => [
    path,
    { protocols: ["caravan.v1"], headers: { authorization: `Bearer ${access}` } },
  ],
  "in the documented dialect, by URL": (path, { access }) => [`${path}?token=${access}`, {}],
  "in the documented dialect, by sub-protocol": (path, { access }) => [
    path,
    { protocols: ["Bearer", access] },
  ],
  "in the documented dialect, by cookie": (path, { access }) => [
    path,
    { headers: { cookie: `jwt=${access}` } },
  ],
  "in the documented dialect, by key": (path, { key }) => [
    path,
    { headers: { authorization: `Token ${key}` } },
  ],
};

async function statusOf(path: string, options: SocketOptions = {}): Promise<number> {
  const result = await cold(() => dial(path, options));
  if ("refusal" in result) return result.refusal.status;
  return 101;
}

describe("After a session was ended", () => {
  test.each(Object.entries(CAUSES))(
    "After a session was ended by %s, no isolate lets it in again.",
    async (_, end) => {
      const who = await person();
      const mine = await device(who);
      const room = await makeRoom(await person());
      const paths = [`/ws/events/${room.id}/`, "/ws/me/"];
      const sockets = await Promise.all(paths.map((path) => connectNative(path, mine.access)));
      const { body } = await post("/api/v1/realtime/ticket/", { room: room.name }, { token: mine.access });
      expect((await end(who, mine)).status).toBeLessThan(300);
      for (const { closed } of sockets) expect((await closed).code).toBe(4001);
      for (const path of paths)
        for (const [dialect, offer] of Object.entries(DIALECTS))
          expect([path, dialect, await statusOf(...offer(path, mine))]).toEqual([path, dialect, 401]);
      expect(await statusOf(`/ws/events/${room.id}/?ticket=${body.ticket}`)).toBe(401);
    },
  );

  test("Handshakes that meet a sign-out are refused, or their sockets close with it; none is left open.", async () => {
    const room = await makeRoom(await person());
    const path = `/ws/events/${room.id}/`;
    for (let round = 0; round < 5; round++) {
      const who = await person();
      const mine = await device(who);
      const protocols = ["caravan.v1", `auth.${mine.access}`];
      // The right is held by then.
      await connectNative(path, mine.access);
      const dials = Array.from({ length: 8 }, async (_, turn) => {
        await new Promise((next) => setTimeout(next, turn * 3));
        return cold(() => dial(turn % 2 ? path : "/ws/me/", { protocols }));
      });
      const [results] = await Promise.all([
        Promise.all(dials),
        new Promise((next) => setTimeout(next, 5)).then(() =>
          post("/api/v1/auth/logout/", undefined, { token: mine.access }),
        ),
      ]);
      for (const result of results) {
        if ("refusal" in result) expect(result.refusal.status).toBe(401);
        else expect((await result.socket.closed).code).toBe(4001);
      }
      expect(await statusOf(path, { protocols })).toBe(401);
    }
  });

  test("A session that begins right after all others were ended opens sockets at once.", async () => {
    const who = await person();
    const before = await device(who);
    await post(
      "/api/auth/password/change/",
      { old_password: who.password, new_password1: NEW, new_password2: NEW },
      { key: before.key },
    );
    const again = await device({ ...who, password: NEW });
    for (const { access } of [before, again])
      expect(await statusOf("/ws/me/", { protocols: ["caravan.v1", `auth.${access}`] })).toBe(101);
  });
});
