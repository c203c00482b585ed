/** An authenticator app and recovery codes: set up, replaced, removed, and what each change needs, tells and leaves. */
import { generateHOTP } from "@oslojs/otp";
import { expect, test } from "vitest";
import { stepOf } from "../../../src/modules/identity/factors/authenticator/totp.ts";
import { get, outboxOf, person, post, rows } from "../../harness/api.ts";
import { codeOf, fromBase32 } from "./authenticator-app.ts";
import { FACTORS, factorsOf, removeTotp, TOTP, withPasskey, withTotp } from "./factor-holders.ts";

const english = { "accept-language": "en" };
const begin = (token: string, proof: object) => post(TOTP, proof, { token, headers: english });
const actions = async (id: number) =>
  (
    await rows<{ action: string; actor_id: number }>(
      "SELECT action, actor_id FROM audit_log WHERE subject = ? ORDER BY id",
      `user:${id}`,
    )
  ).map(({ action, actor_id }) => `${action} by ${actor_id === id ? "owner" : "another"}`);
const subjects = async (email: string) => (await outboxOf(email)).map(({ subject }) => subject);

test("Codes are those of RFC 6238, one step to either side, and no others.", () => {
  const secret = new TextEncoder().encode("12345678901234567890");
  // Appendix B, SHA-1: the last six of eight digits.
  expect(stepOf(secret, "287082", 59_000)).toBe(1);
  expect(stepOf(secret, "005924", 1_234_567_890_000)).toBe(41_152_263);
  expect(stepOf(secret, "287082", 89_000)).toBe(1);
  expect(stepOf(secret, "287082", 90_000)).toBeNull();
  expect(stepOf(secret, generateHOTP(secret, 3n, 6), 60_000)).toBe(3);
  expect(stepOf(secret, generateHOTP(secret, 4n, 6), 60_000)).toBeNull();
});

test("An authenticator app is set up by its first code, and its secret is encrypted in the database.", async () => {
  const ann = await person();
  const begun = await begin(ann.token, { current_password: ann.password });
  const { secret, uri } = begun.body;
  expect(fromBase32(secret)).toHaveLength(20);
  expect(uri).toBe(
    `otpauth://totp/Caravan:${encodeURIComponent(ann.email)}?secret=${secret}&issuer=Caravan&algorithm=SHA1&digits=6&period=30`,
  );
  // Until the first code is right, nothing is asked for.
  expect(await factorsOf(ann)).toMatchObject({ totp: null, recovery_codes_left: 0 });
  const wrong = await post(`${TOTP}confirm/`, { otp: "000000" }, { token: ann.token, headers: english });
  expect(wrong).toMatchObject({
    status: 400,
    body: { otp: ["The code is wrong or was used already."], code: "otp_invalid" },
  });
  expect((await post("/api/auth/signin/", ann)).status).toBe(200);

  const done = await post(`${TOTP}confirm/`, { otp: codeOf(secret) }, { token: ann.token });
  expect(done.body.recovery_codes).toHaveLength(10);
  expect(done.body.recovery_codes[0]).toMatch(/^([A-Z2-7]{4}-){3}[A-Z2-7]{4}$/);
  expect(await factorsOf(ann)).toMatchObject({
    totp: { last_used_at: null },
    recovery_codes_left: 10,
    required: false,
  });
  const stored = JSON.stringify([
    await rows("SELECT * FROM totp_secrets WHERE user_id = ?", ann.id),
    await rows("SELECT * FROM recovery_codes WHERE user_id = ?", ann.id),
  ]);
  const bytes = fromBase32(secret);
  for (const form of [
    secret,
    bytes.toBase64(),
    bytes.toHex(),
    done.body.recovery_codes[0].replaceAll("-", ""),
  ])
    expect(stored).not.toContain(form);
  expect(
    (await post(`${TOTP}confirm/`, { otp: codeOf(secret, 1) }, { token: ann.token })).body,
  ).toMatchObject({
    code: "totp_not_begun",
  });
  expect(await subjects(ann.email)).toContain("[Caravan] An authenticator app was added");
  expect(await actions(ann.id)).toEqual(["user.second_factor_add by owner"]);
});

test("A change of second factors needs a fresh proof: the password without a factor, the factor with one.", async () => {
  const ann = await person();
  const { token } = ann;
  expect((await begin(token, {})).body).toEqual({ current_password: ["This field is required."] });
  expect((await begin(token, { current_password: "wrong-pass-1" })).body).toEqual({
    current_password: ["The current password is wrong."],
  });
  expect((await post(TOTP, { current_password: ann.password })).status).toBe(401);
  const { nextCode, recoveryCodes } = await withTotp(ann);
  const asked = { code: "otp_required", methods: ["totp", "recovery_code"] };
  for (const attempt of [
    await begin(token, { current_password: ann.password }),
    await removeTotp(ann, { current_password: ann.password }),
    await post(`${FACTORS}recovery-codes/`, {}, { token }),
    await post("/api/v1/auth/passkeys/options/", { current_password: ann.password }, { token }),
  ])
    expect(attempt).toMatchObject({ status: 400, body: asked });
  expect((await removeTotp(ann, { otp: "000000" })).body).toMatchObject({ code: "otp_invalid" });

  const renewed = await post(`${FACTORS}recovery-codes/`, { otp: nextCode() }, { token });
  expect(renewed.body.recovery_codes).toHaveLength(10);
  expect((await removeTotp(ann, { otp: recoveryCodes[0] })).body).toMatchObject({ code: "otp_invalid" });
  expect((await removeTotp(ann, { otp: renewed.body.recovery_codes[0] })).status).toBe(204);
  expect((await removeTotp(ann, { otp: renewed.body.recovery_codes[1] })).status).toBe(404);
  expect(await factorsOf(ann)).toMatchObject({ totp: null, recovery_codes_left: 0 });
  // Nothing was ended: neither this session nor the way in by password.
  expect((await get(FACTORS, { token })).status).toBe(200);
  expect((await post("/api/auth/signin/", ann)).status).toBe(200);
  expect(await actions(ann.id)).toEqual([
    "user.second_factor_add by owner",
    "user.recovery_codes_renew by owner",
    "user.recovery_code_use by owner",
    "user.second_factor_remove by owner",
  ]);
  expect(await subjects(ann.email)).toEqual(
    expect.arrayContaining([
      "[Caravan] New recovery codes were made",
      "[Caravan] A recovery code was used",
      "[Caravan] The authenticator app was removed",
    ]),
  );
});

test("Guesses of a proof are counted per session, and do not keep others from signing in.", async () => {
  const ann = await person();
  const { nextCode } = await withTotp(ann);
  const options = { token: ann.token, settings: { RATE_OTP_GUESS: "2/900" } };
  for (let guess = 0; guess < 2; guess++)
    expect((await post(TOTP, { otp: "000000" }, options)).status).toBe(400);
  expect((await post(TOTP, { otp: nextCode() }, options)).status).toBe(429);
  const { settings } = options;
  expect((await post("/api/auth/signin/", { ...ann, otp: nextCode() }, { settings })).status).toBe(200);
});

test("A new authenticator app replaces the old one only when its first code is confirmed, and the recovery codes stay.", async () => {
  const ann = await person();
  const first = await withTotp(ann);
  const begun = await begin(ann.token, { otp: first.recoveryCodes[0] });
  expect(begun.status).toBe(201);
  expect((await post("/api/auth/signin/", { ...ann, otp: first.nextCode() })).status).toBe(200);
  const done = await post(`${TOTP}confirm/`, { otp: codeOf(begun.body.secret) }, { token: ann.token });
  expect(done.body).toEqual({ recovery_codes: null });
  expect((await factorsOf(ann)).recovery_codes_left).toBe(9);
  expect((await post("/api/auth/signin/", { ...ann, otp: codeOf(begun.body.secret, 1) })).status).toBe(200);
  expect((await post("/api/auth/signin/", { ...ann, otp: codeOf(first.secret, 1) })).status).toBe(401);
});

test("A secret that was shown expires, and a session that has ended changes nothing.", async () => {
  const ann = await person();
  const { secret } = (await begin(ann.token, { current_password: ann.password })).body;
  await rows("UPDATE totp_secrets SET pending_until = 1 WHERE user_id = ?", ann.id);
  const late = await post(`${TOTP}confirm/`, { otp: codeOf(secret) }, { token: ann.token });
  expect(late).toMatchObject({ status: 400, body: { code: "totp_not_begun" } });
  const again = (await begin(ann.token, { current_password: ann.password })).body.secret;
  await rows("DELETE FROM sessions WHERE user_id = ?", ann.id);
  // This isolate still knows the session; the statement itself does not.
  const ended = await post(`${TOTP}confirm/`, { otp: codeOf(again) }, { token: ann.token });
  expect(ended.status).toBe(400);
  expect(
    await rows("SELECT 1 FROM totp_secrets WHERE user_id = ? AND sealed_secret IS NOT NULL", ann.id),
  ).toEqual([]);
});

test("An authenticator app of another signing secret opens nothing, and a recovery code still does.", async () => {
  const ann = await person();
  const { nextCode, recoveryCodes } = await withTotp(ann);
  const settings = { SIGNING_SECRET: "another signing secret that is long enough" };
  const signIn = (otp: string | undefined) => post("/api/auth/signin/", { ...ann, otp }, { settings });
  expect((await signIn(nextCode())).body).toMatchObject({ code: "otp_invalid" });
  expect((await signIn(recoveryCodes[0])).status).toBe(200);
});

test("Recovery codes stay while one of two factors remains, and go with the last.", async () => {
  const ann = await person();
  const { nextCode, recoveryCodes } = await withTotp(ann);
  const passkey = await withPasskey(ann, { otp: nextCode() });
  expect(passkey.recoveryCodes).toBeNull();
  expect((await removeTotp(ann, { otp: recoveryCodes[0] })).status).toBe(204);
  expect(await factorsOf(ann)).toMatchObject({
    totp: null,
    recovery_codes_left: 9,
    passkeys: [{ name: "Phone" }],
  });
});
