/** Passkeys, made and used by an authenticator in software: registered, listed, renamed, removed, and signed in by. */
import { expect, test } from "vitest";
import { del, get, outboxOf, patch, person, post, rows } from "../../harness/api.ts";
import { whoIs } from "../app-sign-ins.ts";
import { FACTORS, PASSKEYS, withPasskey, withTotp } from "./factor-holders.ts";
import { SoftwareAuthenticator } from "./software-authenticator.ts";

const signIn = (credential: object, more: object = {}) =>
  post(`${PASSKEYS}sign-in/`, { credential, ...more });
const options = async () => (await post(`${PASSKEYS}sign-in/options/`, {})).body;
const refused = { status: 400, body: { code: "passkey_invalid" } };

test("A passkey is registered, listed, used to sign in without a name or a password, and told of.", async () => {
  const ann = await person();
  const { assertion, recoveryCodes, id } = await withPasskey(ann);
  expect(recoveryCodes).toHaveLength(10);
  const list = await get(PASSKEYS, { token: ann.token });
  expect(list.body).toEqual([
    { id, name: "Phone", is_synced: false, created_at: expect.any(String), last_used_at: null },
  ]);
  const answer = await signIn(await assertion());
  expect(answer.status).toBe(200);
  expect(answer.body.user).toMatchObject({ id: ann.id, username: ann.username });
  expect(await whoIs(answer.body)).toEqual([ann.id, ann.id]);
  expect((await get(PASSKEYS, { token: ann.token })).body[0].last_used_at).toEqual(expect.any(String));
  expect((await outboxOf(ann.email)).map(({ subject }) => subject)).toContain(
    "[Caravan] A passkey was added",
  );
  const session = await rows(
    "SELECT door, access_seconds FROM sessions WHERE user_id = ? ORDER BY created_at DESC, rowid DESC LIMIT 1",
    ann.id,
  );
  expect(session).toEqual([{ door: "tow-truck", access_seconds: 3600 }]);
});

test("An answer to a challenge is accepted once, also of two at the same time.", async () => {
  const ann = await person();
  const { assertion } = await withPasskey(ann);
  const credential = await assertion();
  const both = await Promise.all([signIn(credential), signIn(credential)]);
  expect(both.map(({ status }) => status).sort()).toEqual([200, 400]);
  expect(await signIn(credential)).toMatchObject(refused);
  expect(await post(`${PASSKEYS}otp/`, { credential })).toMatchObject(refused);
});

test("An answer with a wrong origin, domain, challenge, counter or without the person's check signs nobody in.", async () => {
  const ann = await person();
  const { authenticator, assertion } = await withPasskey(ann);
  const before = await rows("SELECT id FROM sessions WHERE user_id = ?", ann.id);
  const [good, bound] = [
    await options(),
    await post(`${PASSKEYS}options/`, { otp: "" }, { token: ann.token }),
  ];
  expect(bound.status).toBe(400);
  for (const faults of [
    { origin: "https://evil.example" },
    { rpId: "evil.example" },
    { challenge: "bm90aGluZw" },
    { isUnverified: true },
  ])
    expect(await signIn(await authenticator.get(good, faults))).toMatchObject(refused);
  const other = new SoftwareAuthenticator();
  await other.create(good);
  expect(await signIn(await other.get(good))).toMatchObject(refused);
  expect(
    await signIn({ ...(await other.get(good)), id: authenticator.id, rawId: authenticator.id }),
  ).toMatchObject(refused);
  const tampered = await authenticator.get(good);
  tampered.response = { ...tampered.response, authenticatorData: "AAAA" } as typeof tampered.response;
  expect(await signIn(tampered)).toMatchObject(refused);
  expect(await rows("SELECT id FROM sessions WHERE user_id = ?", ann.id)).toEqual(before);
  expect((await signIn(await assertion())).status).toBe(200);
  // A copy of the authenticator counts lower.
  expect(await signIn(await authenticator.get(await options(), { counter: 1 }))).toMatchObject(refused);
});

test("A challenge expires, and a passkey of an app's origin is accepted where the settings list it.", async () => {
  const ann = await person();
  const { authenticator } = await withPasskey(ann);
  const settings = { PASSKEY_ORIGINS: "android:apk-key-hash:of-the-app" };
  const faults = { origin: "android:apk-key-hash:of-the-app" };
  expect(await signIn(await authenticator.get(await options(), faults))).toMatchObject(refused);
  const credential = await authenticator.get(await options(), faults);
  expect((await post(`${PASSKEYS}sign-in/`, { credential }, { settings })).status).toBe(200);
  const { challenge } = await options();
  const [id = "", expiry = "", mac = ""] = atob(challenge.replaceAll("-", "+").replaceAll("_", "/")).split(
    ".",
  );
  expect(Number(expiry)).toBeGreaterThan(Date.now() + 290_000);
  const longer = btoa([id, Number(expiry) + 1000, mac].join("."))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
  expect(await signIn(await authenticator.get({ challenge: longer, rpId: "caravan.test" }))).toMatchObject(
    refused,
  );
});

test("A challenge of a new passkey is bound to the session that asked, and a passkey belongs to one account.", async () => {
  const [ann, bob] = [await person(), await person()];
  const asked = await post(`${PASSKEYS}options/`, { current_password: ann.password }, { token: ann.token });
  const authenticator = new SoftwareAuthenticator();
  const credential = await authenticator.create(asked.body);
  const add = (token: string) => post(PASSKEYS, { name: "Mine", credential }, { token });
  expect(await add(bob.token)).toMatchObject(refused);
  const again = (await post("/api/auth/signin/", ann)).body.access;
  expect(await add(again)).toMatchObject(refused);
  expect((await add(ann.token)).status).toBe(201);
  expect(await add(ann.token)).toMatchObject(refused);
  const theirs = await post(`${PASSKEYS}options/`, { current_password: bob.password }, { token: bob.token });
  const copy = await authenticator.create(theirs.body);
  expect(await post(PASSKEYS, { name: "Copy", credential: copy }, { token: bob.token })).toMatchObject(
    refused,
  );
  expect(await rows("SELECT user_id FROM passkeys WHERE credential_id = ?", authenticator.id)).toEqual([
    { user_id: ann.id },
  ]);
  expect((await get(PASSKEYS, { token: bob.token })).body).toEqual([]);
});

test("Options name the domain and the passkeys that the account has, and ask the person to prove themselves.", async () => {
  const ann = await person();
  const first = await withPasskey(ann);
  const { assertion, authenticator } = first;
  const { body: pass } = await post(`${PASSKEYS}otp/`, { credential: await assertion() });
  const { body } = await post(`${PASSKEYS}options/`, { otp: pass.otp }, { token: ann.token });
  expect(body).toMatchObject({
    rp: { name: "Caravan", id: "caravan.test" },
    user: { name: ann.username },
    attestation: "none",
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
    excludeCredentials: [{ id: authenticator.id }],
  });
  expect(await options()).toMatchObject({ rpId: "caravan.test", userVerification: "required" });
  expect(await options()).not.toHaveProperty("allowCredentials");
});

test("A passkey is renamed and removed by its owner only, and the removal needs a proof.", async () => {
  const [ann, bob] = [await person(), await person()];
  const passkey = await withPasskey(ann);
  const path = `${PASSKEYS}${passkey.id}/`;
  expect((await patch(path, { name: "x" }, { token: bob.token })).status).toBe(404);
  expect((await patch(path, { name: "" }, { token: ann.token })).status).toBe(400);
  expect((await patch(path, { name: "Work" }, { token: ann.token })).body.name).toBe("Work");
  expect((await del(path, { current_password: bob.password }, { token: bob.token })).status).toBe(404);
  expect((await del(path, { current_password: ann.password }, { token: ann.token })).body).toMatchObject({
    code: "otp_required",
  });
  const otp = passkey.recoveryCodes?.[0];
  expect((await del(path, { otp }, { token: ann.token })).status).toBe(204);
  expect((await del(path, { otp: passkey.recoveryCodes?.[1] }, { token: ann.token })).status).toBe(404);
  expect(await signIn(await passkey.assertion())).toMatchObject(refused);
  expect((await get(FACTORS, { token: ann.token })).body).toMatchObject({
    passkeys: [],
    recovery_codes_left: 0,
  });
  expect((await post("/api/auth/signin/", ann)).status).toBe(200);
});

test("A blocked account and an unverified address keep a passkey from signing in.", async () => {
  const ann = await person();
  const { assertion } = await withPasskey(ann);
  const settings = { EMAIL_VERIFICATION: "mandatory" };
  const unverified = await post(`${PASSKEYS}sign-in/`, { credential: await assertion() }, { settings });
  expect(unverified).toMatchObject({ status: 400 });
  await rows("UPDATE users SET is_active = 0 WHERE id = ?", ann.id);
  expect((await signIn(await assertion())).status).toBe(400);
});

test("Sign-ins by passkey are limited per client address, and an account keeps at most twenty passkeys.", async () => {
  const limited = { settings: { RATE_LOGIN: "2/60" }, headers: { "cf-connecting-ip": "203.0.113.77" } };
  for (const status of [200, 200, 429])
    expect((await post(`${PASSKEYS}sign-in/options/`, {}, limited)).status).toBe(status);
  const ann = await person();
  const { recoveryCodes = [] } = await withTotp(ann);
  await rows(
    `INSERT INTO passkeys (user_id, credential_id, public_key, counter, transports, is_synced, name, created_at)
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 19)
     SELECT ?1, 'many-' || cast(?1 AS integer) || '-' || i, 'key', 0, '[]', 0, 'Many', 1 FROM n`,
    ann.id,
  );
  await withPasskey(ann, { otp: recoveryCodes[0] });
  const full = await post(`${PASSKEYS}options/`, { otp: recoveryCodes[1] }, { token: ann.token });
  expect(full).toMatchObject({ status: 400, body: { non_field_errors: [expect.any(String)] } });
});
