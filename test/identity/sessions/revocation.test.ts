/** Signing out, a new password, a block and a deletion: sessions end at once, and open sockets with them. */
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { del, get, outboxOf, patch, post, put, rows, staffMember } from "../../harness/api.ts";
import { connect, connectNative, dial, type Socket } from "../../harness/socket.ts";
import { claimsOf, type Everybody, everybody, ownEvent, towSession } from "../app-sign-ins.ts";

const NEW = "newpassword456";
const english = { "accept-language": "en" };

interface Device {
  readonly access: string;
  readonly key: string;
  readonly id: string;
}

/** A session that holds a token and a key. */
async function device({ username, password }: Everybody): Promise<Device> {
  const { body } = await post("/api/auth/login/", { username, password });
  return { access: body.access, key: body.key, id: claimsOf(body.access).sid };
}

/** A person with two devices, and a room in which each of them listens. */
async function listening() {
  const who = await everybody();
  const [mine, other] = [await device(who), await device(who)];
  const path = `/ws/events/${await ownEvent(mine.access)}/`;
  const listen = (token: string) => connectNative(path, token);
  const sockets = { mine: await listen(mine.access), other: await listen(other.access) };
  await sockets.mine.next();
  await sockets.other.next();
  return { who, mine, other, path, sockets };
}

const isOpen = (socket: Socket) => {
  socket.send({ t: "say", ref: crypto.randomUUID(), kind: "message", body: { text: "still here" } });
  return socket.next((frame) => frame.t === "ack").then(() => true);
};

const alive = async ({ access, key }: Device) => [
  (await get("/api/user", { token: access })).status,
  (await get("/api/auth/user/", { key })).status,
];

const SIGN_OUTS: [string, (device: Device) => Promise<{ status: number }>][] = [
  ["POST /api/v1/auth/logout/", ({ access }) => post("/api/v1/auth/logout/", undefined, { token: access })],
  ["POST /api/v1/auth/token/logout/", ({ key }) => post("/api/v1/auth/token/logout/", undefined, { key })],
  ["POST /api/auth/logout/", ({ key }) => post("/api/auth/logout/", undefined, { key })],
  [
    "POST /api/logout",
    ({ access }) => post("/api/logout", undefined, { headers: { cookie: `jwt=${access}` } }),
  ],
  [
    "DELETE its session",
    ({ access, id }) => del(`/api/v1/auth/sessions/${id}/`, undefined, { token: access }),
  ],
];

test.each(SIGN_OUTS)(
  "Signing out by %s ends this device's token, key and sockets, and no other device.",
  async (_, signOut) => {
    const { mine, other, path, sockets } = await listening();
    const documented = await connect(`${path}?token=${mine.key}`);
    expect((await signOut(mine)).status).toBeLessThan(300);
    expect(await sockets.mine.closed).toEqual({ code: 4001, reason: "signed out" });
    expect((await documented.closed).code).toBe(4001);
    expect(await alive(mine)).toEqual([401, 401]);
    expect(await alive(other)).toEqual([200, 200]);
    expect(await isOpen(sockets.other)).toBe(true);
  },
);

const CHANGES: [string, (who: Everybody, device: Device) => Promise<{ status: number }>][] = [
  [
    "POST /api/auth/password/change/",
    ({ password }, { key }) =>
      post(
        "/api/auth/password/change/",
        { old_password: password, new_password1: NEW, new_password2: NEW },
        { key },
      ),
  ],
  [
    "POST /api/v1/users/set_password/",
    ({ password }, { key }) =>
      post("/api/v1/users/set_password/", { current_password: password, new_password: NEW }, { key }),
  ],
  ["PUT /api/user-update", (_, { access }) => put("/api/user-update", { password: NEW }, { token: access })],
  ["PUT /api/user/", (_, { access }) => put("/api/user/", { password: NEW }, { token: access })],
  [
    "PUT /api/settings/",
    ({ password }, { access }) =>
      put("/api/settings/", { password: NEW, current_password: password }, { token: access }),
  ],
];

test.each(CHANGES)(
  "A change of password by %s keeps the calling device and ends the others with their sockets.",
  async (_, change) => {
    const { who, mine, other, sockets } = await listening();
    expect((await change(who, mine)).status).toBeLessThan(300);
    expect(await sockets.other.closed).toEqual({ code: 4001, reason: "signed out" });
    expect(await alive(other)).toEqual([401, 401]);
    expect(await alive(mine)).toEqual([200, 200]);
    expect(await isOpen(sockets.mine)).toBe(true);
  },
);

const PROFILE = "/api/v1/auth/profile/";

/** What ends every session of a person. */
const ENDINGS: [string, (who: Everybody, device: Device) => Promise<{ status: number }>][] = [
  ["DELETE /api/v1/auth/profile/", (_, { access }) => del(PROFILE, undefined, { token: access })],
  ["DELETE /api/user-delete", (_, { access }) => del("/api/user-delete", undefined, { token: access })],
  ["DELETE /api/user/", (_, { access }) => del("/api/user/", undefined, { token: access })],
  ["DELETE /api/user/:id/", ({ id }, { access }) => del(`/api/user/${id}/`, undefined, { token: access })],
  ["a deletion by staff", async ({ id }) => del(`/api/user/${id}/`, undefined, await asStaff())],
  [
    "a block by staff",
    async ({ id }) => patch(`/api/admin/users/${id}/`, { is_active: false }, await asStaff()),
  ],
  [
    "another role",
    async ({ id }) => patch(`/api/admin/users/${id}/`, { user_type: "DRIVER" }, await asStaff()),
  ],
  ["a reset by link", ({ email }) => resetByLink(email)],
  ["a reset by code", ({ email }) => resetByCode(email)],
  ["a reset by SMS", ({ phone }) => resetBySms(phone)],
];

async function asStaff() {
  return { token: (await staffMember()).token, headers: { "if-match": "*" } };
}

async function resetByLink(email: string) {
  await post("/api/auth/password/reset/", { email });
  const [letter] = await outboxOf(email);
  const form = new URLSearchParams({ new_password1: NEW, new_password2: NEW });
  return post(new URL(letter?.links[0] ?? "").pathname, form);
}

async function resetByCode(email: string) {
  await post("/api/v1/users/reset_password/", { email });
  const [letter] = await outboxOf(email);
  return post("/api/v1/users/reset_password/confirm/", { token: letter?.codes[0], password: NEW });
}

async function resetBySms(phone: string) {
  const word = { new_password: NEW, new_password_confirm: NEW };
  await post("/api/v1/auth/password/reset/", { phone, ...word });
  const [message] = await outboxOf(phone);
  return post("/api/v1/auth/password/reset/confirm/", { phone, code: message?.codes[0], ...word });
}

test.each(ENDINGS)("Ending access by %s ends every device and closes every socket.", async (_, end) => {
  const { who, mine, other, path, sockets } = await listening();
  expect((await end(who, mine)).status).toBeLessThan(300);
  for (const socket of [sockets.mine, sockets.other])
    expect(await socket.closed).toEqual({ code: 4001, reason: "signed out" });
  for (const each of [mine, other]) {
    expect(await alive(each)).toEqual([401, 401]);
    for (const token of [each.access, each.key]) {
      const result = await dial(`${path}?token=${token}`);
      expect("refusal" in result && result.refusal.status).toBe(401);
    }
  }
  expect(await rows("SELECT id FROM sessions WHERE user_id = ?", who.id)).toEqual([]);
});

test("Granting rights or verifying documents ends no session.", async () => {
  const { who, mine, sockets } = await listening();
  const staff = await asStaff();
  const change = { is_staff: true, is_verified: true, is_active: true, user_type: "CLIENT" };
  expect((await patch(`/api/admin/users/${who.id}/`, change, staff)).status).toBe(200);
  expect(await alive(mine)).toEqual([200, 200]);
  expect(await isOpen(sockets.mine)).toBe(true);
});

test("A user who loses staff rights is signed out everywhere.", async () => {
  const { who, mine, sockets } = await listening();
  await rows("UPDATE users SET is_staff = 1 WHERE id = ?", who.id);
  await patch(`/api/admin/users/${who.id}/`, { is_staff: false }, await asStaff());
  expect((await sockets.mine.closed).code).toBe(4001);
  expect(await alive(mine)).toEqual([401, 401]);
});

test("The connection registry refuses a handshake after a revocation, even if an isolate still caches the session.", async () => {
  const { who, mine, other, path } = await listening();
  const roster = env.ROSTERS.getByName(`user:${who.id}`);
  await roster.revoke({ userId: who.id, sessionId: mine.id });
  expect(await alive(mine)).toEqual([200, 200]);
  for (const token of [mine.access, mine.key]) {
    const result = await dial(`${path}?token=${token}`);
    expect("refusal" in result && result.refusal.status).toBe(401);
  }
  const ticket = await post(
    "/api/v1/realtime/ticket/",
    { room: `event:${path.split("/")[3]}` },
    { token: mine.access },
  );
  const byTicket = await dial(`${path}?ticket=${ticket.body.ticket}`);
  expect("refusal" in byTicket && byTicket.refusal.status).toBe(401);
  expect("socket" in (await dial(`${path}?token=${other.access}`))).toBe(true);
});

test("A socket ticket is void once its session has ended.", async () => {
  const { mine, path } = await listening();
  const ticket = await post(
    "/api/v1/realtime/ticket/",
    { room: `event:${path.split("/")[3]}` },
    { token: mine.access },
  );
  expect(ticket.status).toBe(201);
  await post("/api/v1/auth/logout/", undefined, { token: mine.access });
  const result = await dial(`${path}?ticket=${ticket.body.ticket}`);
  expect("refusal" in result && result.refusal.status).toBe(401);
});

test("Users cannot see or end other people's devices.", async () => {
  const { mine, sockets } = await listening();
  const stranger = await towSession(await everybody());
  const seen = (await get("/api/v1/auth/sessions/", { token: stranger.access })).body;
  expect(seen.map(({ id }: { id: string }) => id)).toEqual([stranger.id]);
  const refused = await del(`/api/v1/auth/sessions/${mine.id}/`, undefined, {
    token: stranger.access,
    headers: english,
  });
  expect(refused).toMatchObject({ status: 404, body: { detail: "Not found." } });
  expect(await alive(mine)).toEqual([200, 200]);
  expect(await isOpen(sockets.mine)).toBe(true);
});

test("A device can be signed out from another one, once.", async () => {
  const { mine, other, sockets } = await listening();
  const path = `/api/v1/auth/sessions/${other.id}/`;
  expect(await del(path, undefined, { token: mine.access })).toMatchObject({ status: 204, body: "" });
  expect((await sockets.other.closed).code).toBe(4001);
  expect(await alive(other)).toEqual([401, 401]);
  expect((await del(path, undefined, { token: mine.access })).status).toBe(404);
  expect((await del("/api/v1/auth/sessions/not-a-uuid/", undefined, { token: mine.access })).status).toBe(
    404,
  );
  expect(await isOpen(sockets.mine)).toBe(true);
});

test("All other devices are signed out at once, with their sockets; the calling one stays, however often it asks.", async () => {
  const { mine, other, sockets } = await listening();
  const stranger = await towSession(await everybody());
  const end = () => del("/api/v1/auth/sessions/", undefined, { token: mine.access });
  const both = await Promise.all([end(), end()]);
  expect(both.map(({ status }) => status)).toEqual([204, 204]);
  expect((await sockets.other.closed).code).toBe(4001);
  expect(await alive(other)).toEqual([401, 401]);
  expect((await end()).status).toBe(204);
  expect(await alive(mine)).toEqual([200, 200]);
  expect(await isOpen(sockets.mine)).toBe(true);
  expect((await get("/api/v1/auth/sessions/", { token: stranger.access })).status).toBe(200);
  expect((await del("/api/v1/auth/sessions/", undefined, { token: other.access })).status).toBe(401);
});
