/** Access tokens are verified once in an isolate; that never makes one valid that is not. */
import { expect, test, vi } from "vitest";
import { readAccess } from "../../../src/modules/identity/sessions/tokens.ts";
import { envWith, get, type Person, person, post } from "../../harness/api.ts";
import { jobContext } from "../../harness/job-context.ts";

const PROFILE = "/api/v1/auth/profile/";

async function verifications(work: () => Promise<unknown>): Promise<number> {
  const verify = vi.spyOn(crypto.subtle, "verify");
  await work();
  const calls = verify.mock.calls.length;
  verify.mockRestore();
  return calls;
}

const signature = (token: string) => token.slice(token.lastIndexOf(".") + 1);
const forged = ({ token }: Person) =>
  token.replace(signature(token), signature(token).split("").reverse().join(""));

test("A token is verified at its first request and not again.", async () => {
  const { token } = await person();
  expect(await verifications(() => get(PROFILE, { token }))).toBe(1);
  expect(await verifications(() => get(PROFILE, { token }))).toBe(0);
});

test("A token with another signature is verified at each request and refused.", async () => {
  const ann = await person();
  await get(PROFILE, { token: ann.token });
  const token = forged(ann);
  for (const _ of [1, 2]) {
    expect(await verifications(async () => expect((await get(PROFILE, { token })).status).toBe(401))).toBe(1);
  }
});

test("A verified token expires on time.", async () => {
  const { token } = await person();
  const { ctx } = jobContext();
  const claims = await readAccess(ctx, token);
  expect(claims?.expiresAt).toBeGreaterThan(Date.now());
  const at = (now: number) => readAccess({ ...ctx, now: () => now }, token);
  const end = claims?.expiresAt ?? 0;
  expect(await at(end - 1)).toEqual(claims);
  expect(await at(end)).toBeNull();
});

test("A token that one secret verified is nothing to another.", async () => {
  const { token } = await person();
  expect(await readAccess(jobContext().ctx, token)).not.toBeNull();
  const other = envWith({ SIGNING_SECRET: "another signing secret, as long as it must be" });
  expect(await readAccess(jobContext({}, other).ctx, token)).toBeNull();
});

test("A verified token ends with its session.", async () => {
  const ann = await person();
  expect((await get(PROFILE, { token: ann.token })).status).toBe(200);
  expect(
    (await post("/api/v1/auth/logout/", { refresh: ann.refresh }, { token: ann.token })).status,
  ).toBeLessThan(300);
  expect((await get(PROFILE, { token: ann.token })).status).toBe(401);
});
