/** Attempts to take over another account: identifiers claimed beforehand, races with a reset, and extra guesses. */
import { describe, expect, test } from "vitest";
import { requireSecondFactor } from "../../src/modules/identity/factors/proofs/requirement.ts";
import { clientProfiles } from "../../src/modules/identity/index.ts";
import { openSession } from "../../src/modules/identity/sessions/sessions.ts";
import { outboxOf, patch, person, post, rows, unique, uniquePhone } from "../harness/api.ts";
import { jobContext } from "../harness/job-context.ts";

const THEIRS = "attacker-pass-1";
const OURS = "owner-pass-1";

/** Registers a person with a phone and an address, of which one is not theirs. */
async function squat() {
  const phone = uniquePhone();
  const email = `${unique("squat")}@example.com`;
  const account = { phone, email, password: THEIRS, password_confirm: THEIRS, user_type: "CLIENT" };
  const { status, body } = await post("/api/v1/auth/register/", account);
  expect(status).toBe(201);
  return { phone, email, id: body.user.id as number, token: body.access as string };
}

const askBySms = (phone: string) =>
  post("/api/v1/auth/password/reset/", { phone, new_password: THEIRS, new_password_confirm: THEIRS });

async function resetBySms(phone: string, password: string) {
  const asked = await askBySms(phone);
  const code = (await outboxOf(phone))[0]?.codes[0];
  const confirmed = await post("/api/v1/auth/password/reset/confirm/", {
    phone,
    code,
    new_password: password,
    new_password_confirm: password,
  });
  return { asked, confirmed };
}

async function resetByMail(email: string, password: string) {
  expect((await post("/api/v1/users/reset_password/", { email })).status).toBe(200);
  const token = (await outboxOf(email))[0]?.codes[0];
  const confirmed = await post("/api/v1/users/reset_password/confirm/", { token, password });
  expect(confirmed.status).toBe(200);
}

const signsIn = async (phone: string, password: string) =>
  (await post("/api/v1/auth/login/", { phone, password })).status === 200;

describe("an account that somebody else registered with a victim's address or phone", () => {
  test("An account registered with a victim's address belongs to the victim after a reset, and the phone on it can no longer reset the password.", async () => {
    const { phone, email } = await squat();
    await resetByMail(email, OURS);
    const { asked, confirmed } = await resetBySms(phone, THEIRS);
    expect(asked.status).toBe(200);
    expect(await outboxOf(phone)).toEqual([]);
    expect(confirmed.status).toBe(400);
    expect(await signsIn(email, THEIRS)).toBe(false);
    expect(await signsIn(email, OURS)).toBe(true);
    // A person who lost the password and remembers the phone can reset it: the verified address gets the link.
    expect((await outboxOf(email))[0]?.links[0]).toContain("/password_reset_confirm/");
  });

  test("An account registered with a victim's phone belongs to the victim after a reset, and the address on it can no longer reset the password.", async () => {
    const { phone, email } = await squat();
    expect((await resetBySms(phone, OURS)).confirmed.status).toBe(200);
    const before = await outboxOf(email);
    expect((await post("/api/v1/users/reset_password/", { email })).status).toBe(400);
    expect((await post("/api/auth/password/reset/", { email })).status).toBe(200);
    expect(await outboxOf(email)).toEqual(before);
    expect(await rows("SELECT id FROM codes WHERE target = ? AND purpose LIKE 'reset%'", email)).toEqual([]);
    expect(await signsIn(phone, OURS)).toBe(true);
  });

  test("An account can be reset by address or phone while neither is verified.", async () => {
    const { phone, email } = await squat();
    await resetByMail(email, OURS);
    expect(await signsIn(phone, OURS)).toBe(true);
    const other = await squat();
    expect((await resetBySms(other.phone, OURS)).confirmed.status).toBe(200);
    expect(
      await rows("SELECT phone_verified_at IS NOT NULL AS proved FROM users WHERE id = ?", other.id),
    ).toEqual([{ proved: 1 }]);
  });

  test("An account can be reset by address and phone if both are verified.", async () => {
    const { phone, email } = await squat();
    expect((await resetBySms(phone, OURS)).confirmed.status).toBe(200);
    const link = (await outboxOf(email)).find(({ links }) => links[0]?.includes("/account-confirm-email/"));
    expect((await post(new URL(link?.links[0] ?? "").pathname, new URLSearchParams())).status).toBe(200);
    await resetByMail(email, "owner-pass-2");
    expect((await resetBySms(phone, "owner-pass-3")).confirmed.status).toBe(200);
    expect(await signsIn(email, "owner-pass-3")).toBe(true);
  });
});

test.each([
  ["the password was reset", "UPDATE users SET password_hash = 'scrypt$other' WHERE id = ?"],
  ["the account was blocked", "UPDATE users SET is_active = 0 WHERE id = ?"],
  [
    "the account got a second factor",
    "INSERT INTO totp_secrets (user_id, sealed_secret, created_at) VALUES (?, 'sealed', 1)",
  ],
])("A sign-in with a password that was right when checked opens no session once %s.", async (_, change) => {
  const ann = await person();
  const [{ password_hash: passwordHash } = { password_hash: "" }] = await rows<{ password_hash: string }>(
    "SELECT password_hash FROM users WHERE id = ?",
    ann.id,
  );
  const holder = { id: ann.id, userType: "CLIENT", isStaff: false, passwordHash } as const;
  const sessions = () => rows("SELECT id FROM sessions WHERE user_id = ?", ann.id);
  const { ctx } = jobContext();
  const verdict = await requireSecondFactor(ctx, { userId: ann.id, hasFactor: false }, undefined);
  if (!verdict.ok) throw new Error("an account without a second factor was asked for one");
  const { proof } = verdict;
  expect(await openSession(ctx, clientProfiles.alphabet, holder, proof)).not.toBeNull();
  const before = await sessions();
  await rows(change, ann.id);
  expect(await openSession(ctx, clientProfiles.alphabet, holder, proof)).toBeNull();
  expect(await sessions()).toEqual(before);
});

test("A client's own right code buys no more attempts at other people's codes.", async () => {
  const ann = await person();
  const options = {
    settings: { RATE_CODE_GUESS: "5/900" },
    headers: { "cf-connecting-ip": `guesser-${unique()}` },
  };
  expect((await post("/api/v1/users/reset_password/", { email: ann.email }, options)).status).toBe(200);
  const own = (await outboxOf(ann.email))[0]?.codes[0];
  const check = async (token: string | undefined) =>
    (await post("/api/v1/users/reset_password/validate_token/", { token }, options)).status;
  const statuses: number[] = [];
  for (let guess = 0; guess < 6; guess++) {
    statuses.push(await check(`00000${guess}`));
    if (guess < 4) expect(await check(own)).toBe(200);
  }
  expect(statuses).toEqual([404, 404, 404, 404, 404, 429]);
});

test("An account cannot flood a mailbox by changing its address back and forth.", async () => {
  const ann = await person();
  const victim = `${unique("victim")}@example.com`;
  const change = async (email: string) =>
    (await patch("/api/v1/auth/profile/", { email }, { token: ann.token })).status;
  const statuses: number[] = [];
  for (let round = 0; round < 12; round++) {
    statuses.push(await change(victim));
    await change(`${unique()}@example.com`);
  }
  expect(statuses).toEqual([...Array(10).fill(200), 429, 429]);
  expect(await outboxOf(victim)).toHaveLength(10);
  expect(await rows("SELECT id FROM users WHERE email = ?", victim)).toEqual([]);
});
