/** A person who was signed out and signs in again can connect at once; a repeated revocation does not close the new socket. */
import { createExecutionContext, createMessageBatch, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import worker from "../../../src/index.ts";
import { get, patch, post, rows, staffMember } from "../../harness/api.ts";
import { connectNative } from "../../harness/socket.ts";
import { type Everybody, everybody, ownEvent } from "../app-sign-ins.ts";

const NEW = "newpassword456";
const signIn = async ({ username }: Everybody, password: string) =>
  (await post("/api/auth/login/", { username, password })).body;

/** Delivers what the outbox holds for a person once more, as a queue may at any time. */
async function repeatRevocations(userId: number): Promise<void> {
  const effects = await rows<{ id: string }>(
    "UPDATE outbox SET status = 'pending', leased_until = 0 WHERE kind = 'revoke' AND address = ? RETURNING id",
    `user:${userId}`,
  );
  expect(effects.length).toBeGreaterThan(0);
  const messages = effects.map(({ id }) => ({
    id,
    timestamp: new Date(),
    attempts: 1,
    body: { outbox: id, isNew: true },
  }));
  const context = createExecutionContext();
  await worker.queue(createMessageBatch("caravan-jobs", messages), env, context);
  await waitOnExecutionContext(context);
}

const REVOCATIONS: [string, (who: Everybody, key: string) => Promise<string>][] = [
  [
    "a new password",
    async ({ password }, key) => {
      const body = { old_password: password, new_password1: NEW, new_password2: NEW };
      await post("/api/auth/password/change/", body, { key });
      return NEW;
    },
  ],
  [
    "a block that was taken back",
    async ({ id, password }) => {
      const options = { token: (await staffMember()).token, headers: { "if-match": "*" } };
      await patch(`/api/admin/users/${id}/`, { is_active: false }, options);
      await patch(`/api/admin/users/${id}/`, { is_active: true }, options);
      return password;
    },
  ],
];

test.each(REVOCATIONS)(
  "A revocation that is delivered again closes no newer connection after %s.",
  async (_, revoke) => {
    const who = await everybody();
    const before = await signIn(who, who.password);
    const path = `/ws/events/${await ownEvent(before.access)}/`;
    const old = await connectNative(path, (await signIn(who, who.password)).access);
    const password = await revoke(who, before.key);
    expect((await old.closed).code).toBe(4001);

    const { access } = await signIn(who, password);
    expect((await get("/api/user", { token: access })).status).toBe(200);
    const socket = await connectNative(path, access);
    expect((await socket.next()).t).toBe("welcome");
    await repeatRevocations(who.id);
    socket.send({ t: "say", ref: "1", kind: "message", body: { text: "back again" } });
    expect((await socket.next((frame) => frame.t === "ack")).ref).toBe("1");
  },
);
