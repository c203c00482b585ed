/** The second factor at every way to a session: each rule at each sign-in, in a table that must be complete. */
import { expect, test } from "vitest";
import { z } from "zod";
import { routes } from "../../../src/app.ts";
import { type Answer, outboxOf, post, rows, unique } from "../../harness/api.ts";
import { sources } from "../../harness/architecture/sources.ts";
import { APPS, type AppProfile, authorize, type Everybody, everybody, whoIs } from "../app-sign-ins.ts";
import { passBy, withPasskey, withTotp } from "./factor-holders.ts";

/** How each app shows a refusal: its status, and the text that its clients display. */
const DIALECTS: Readonly<Record<string, { status: number; text: (answer: Answer) => unknown }>> = {
  "/api/auth/signin/": { status: 401, text: ({ body }) => body.status === "error" && body.message },
  "/api/token/": { status: 401, text: ({ body }) => body.detail },
  "/api/auth/token/": { status: 401, text: ({ body }) => body.detail },
  "/api/auth/login/": { status: 400, text: ({ body }) => body.non_field_errors[0] },
  "/api/login": { status: 401, text: ({ body }) => body.error === body.detail && body.error },
  "/api/v1/auth/token/login/": { status: 400, text: ({ body }) => body.non_field_errors[0] },
  "/api/v1/auth/login/": { status: 400, text: ({ body }) => body.non_field_errors[0] },
};

/** Other routes whose responses hold credentials, and why they need no second factor. */
const OTHERS: Readonly<Record<string, string>> = {
  "POST /api/auth/signup": "a new account",
  "POST /api/auth/registration": "a new account",
  "POST /api/v1/auth/register": "a new account",
  "POST /api/token/refresh": "a session that exists",
  "POST /api/auth/token/refresh": "a session that exists",
  "POST /api/v1/auth/token/refresh": "a session that exists",
  "POST /api/v1/auth/passkeys/sign-in": "the passkey is both factors",
  "POST /api/v1/auth/api-keys": "a session that exists, and a fresh proof",
  "POST /api/v1/realtime/ticket": "a session that exists",
};

const CREDENTIALS = new Set(["access", "refresh", "key", "auth_token", "jwt", "ticket", "token"]);

/** Names of all properties in a schema, at any depth. */
function namesIn(schema: unknown): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  return Object.entries(schema).flatMap(([name, inner]) =>
    name === "properties" ? [...Object.keys(inner), ...namesIn(inner)] : namesIn(inner),
  );
}

const credentialRoutes = routes
  .filter(({ responses }) =>
    Object.values(responses).some(
      (schema) =>
        schema !== null &&
        namesIn(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" })).some((name) =>
          CREDENTIALS.has(name),
        ),
    ),
  )
  .map(({ method, path }) => `${method.toUpperCase()} ${path}`);

test("Every route whose response holds a credential is a sign-in of the table, or says why it needs no second factor.", () => {
  const signIns = APPS.map(({ path }) => `POST ${path.replace(/\/$/, "")}`);
  const listed = [...new Set([...signIns, ...Object.keys(OTHERS)])];
  expect([...new Set(credentialRoutes)].sort()).toEqual(listed.sort());
  expect(Object.keys(DIALECTS).sort()).toEqual(APPS.map(({ path }) => path).sort());
});

test("Sessions are made by the admission and by registrations only, and only the requirement makes its proof.", () => {
  const files = (pattern: RegExp) =>
    Object.entries(sources)
      .filter(([, source]) => pattern.test(source))
      .map(([path]) => path.replace("src/modules/identity/", ""))
      .sort();
  expect(files(/\bopenSession\(/)).toEqual(["sessions/admission.ts", "sessions/sessions.ts"]);
  expect(files(/\bprepareSession\(/)).toEqual(["accounts/registration.ts", "sessions/sessions.ts"]);
  expect(files(/as FactorProof\b/)).toEqual(["factors/proofs/requirement.ts"]);
  expect(files(/\bproofByPasskey\(/)).toEqual([
    "factors/passkeys/commands.ts",
    "factors/proofs/requirement.ts",
  ]);
});

const english = { "accept-language": "en" };
const at = (profile: AppProfile, who: Everybody, otp?: unknown, options = {}) =>
  post(
    profile.path,
    { ...profile.body(who), ...(otp === undefined ? {} : { otp }) },
    { headers: english, ...options },
  );

function expectAsked(profile: AppProfile, answer: Answer, code: string, methods: readonly string[]): void {
  const dialect = DIALECTS[profile.path];
  expect(answer.status).toBe(dialect?.status);
  expect(answer.body).toMatchObject({ code, methods });
  const text = code === "otp_required" ? /authenticator app/ : /wrong or was used/;
  expect(dialect?.text(answer)).toMatch(text);
}

async function holder() {
  const who = await everybody();
  const tow = APPS.find(({ app }) => app === "tow-truck") as AppProfile;
  const { access } = await authorize(tow, who);
  return { ...who, token: access ?? "" };
}

const DOORS = APPS.map((profile) => [profile.path, profile] as const);

test.each(DOORS)(
  "An account without a second factor signs in at %s whatever `otp` says.",
  async (_, profile) => {
    const who = await everybody();
    for (const otp of [undefined, "000000", "", null, { any: ["thing"] }])
      expect((await at(profile, who, otp)).status).toBe(200);
  },
);

test.each(DOORS)(
  "A sign-in at %s asks for the second factor after the right password, and takes each code once.",
  async (_, profile) => {
    const who = await holder();
    const { nextCode, recoveryCodes } = await withTotp(who);
    const before = await rows("SELECT id FROM sessions WHERE user_id = ?", who.id);
    expectAsked(profile, await at(profile, who), "otp_required", ["totp", "recovery_code"]);
    expectAsked(profile, await at(profile, who, "000000"), "otp_invalid", ["totp", "recovery_code"]);
    const wrong = await post(profile.path, {
      ...profile.body(who),
      password: "wrong-password-1",
      otp: nextCode(),
    });
    expect(wrong.status).toBe(profile.path === "/api/v1/auth/token/login/" ? 400 : wrong.status);
    expect(JSON.stringify(wrong.body)).not.toMatch(/otp|methods/);
    expect(await rows("SELECT id FROM sessions WHERE user_id = ?", who.id)).toEqual(before);

    const code = nextCode();
    const inside = await at(profile, who, code);
    expect(inside.status).toBe(200);
    const ids = await whoIs(profile.held(inside));
    expect(ids.length).toBeGreaterThan(0);
    expect(new Set(ids)).toEqual(new Set([who.id]));
    expectAsked(profile, await at(profile, who, code), "otp_invalid", ["totp", "recovery_code"]);

    const [recovery = ""] = recoveryCodes;
    expect((await at(profile, who, recovery.toLowerCase().replaceAll("-", " "))).status).toBe(200);
    expectAsked(profile, await at(profile, who, recovery), "otp_invalid", ["totp", "recovery_code"]);
  },
);

test.each(DOORS)(
  "A passkey is the second factor of a sign-in at %s by its pass, once.",
  async (_, profile) => {
    const who = await holder();
    const passkey = await withPasskey(who);
    expectAsked(profile, await at(profile, who), "otp_required", ["passkey", "recovery_code"]);
    const pass = await passBy(passkey);
    expect((await at(profile, who, pass)).status).toBe(200);
    expectAsked(profile, await at(profile, who, pass), "otp_invalid", ["passkey", "recovery_code"]);
    const other = await holder();
    await withPasskey(other);
    const theirs = await at(profile, other, await passBy(passkey));
    expectAsked(profile, theirs, "otp_invalid", ["passkey", "recovery_code"]);
  },
);

const RATES = ["RATE_OTP_GUESS", "RATE_OTP_GUESS_DAY"];

test.each(DOORS.flatMap(([path, profile]) => RATES.map((rate) => [path, rate, profile] as const)))(
  "Guesses of a second factor at %s are limited per account by %s, whatever address they come from.",
  async (_, rate, profile) => {
    const settings = { [rate]: "3/900" };
    const who = await holder();
    const { nextCode } = await withTotp(who);
    const from = () => ({
      settings,
      headers: { ...english, "cf-connecting-ip": `guesser-${unique()}` },
    });
    for (let guess = 0; guess < 3; guess++)
      expectAsked(profile, await at(profile, who, "000000", from()), "otp_invalid", [
        "totp",
        "recovery_code",
      ]);
    expect((await at(profile, who, nextCode(), from())).status).toBe(429);
    // Asking without a code is no guess, and another account is not concerned.
    expectAsked(profile, await at(profile, who, undefined, from()), "otp_required", [
      "totp",
      "recovery_code",
    ]);
    const other = await holder();
    const theirs = await withTotp(other);
    expect((await at(profile, other, theirs.nextCode(), from())).status).toBe(200);
  },
);

test.each(DOORS)("Of two sign-ins at once at %s with the same code, one gets in.", async (_, profile) => {
  const who = await holder();
  const { nextCode, recoveryCodes } = await withTotp(who);
  for (const otp of [nextCode(), recoveryCodes[1]]) {
    const both = await Promise.all([at(profile, who, otp), at(profile, who, otp)]);
    expect(both.filter(({ status }) => status === 200)).toHaveLength(1);
  }
});

test("A reset password leaves the second factor as it is: the new password alone opens nothing.", async () => {
  const who = await holder();
  await withTotp(who);

  await post("/api/v1/users/reset_password/", { email: who.email });
  const token = (await outboxOf(who.email))[0]?.codes[0];
  const reset = await post("/api/v1/users/reset_password/confirm/", { token, password: "another-pass-7" });
  expect(reset.status).toBe(200);
  const answer = await post("/api/v1/auth/login/", { phone: who.phone, password: "another-pass-7" });
  expect(answer.body).toMatchObject({ code: "otp_required" });
});

test("A browser that signed in before keeps guesses of its own when strangers have used up theirs.", async () => {
  const who = await everybody();
  const first = await post("/api/v1/auth/login/", { phone: who.phone, password: who.password });
  const cookie = first.headers.get("set-cookie")?.match(/caravan_device=[^;]+/)?.[0] ?? "";
  const { nextCode } = await withTotp({ token: first.body.access, password: who.password });
  const settings = { RATE_OTP_GUESS: "2/900" };
  const tow = APPS.find(({ app }) => app === "tow-truck") as AppProfile;
  for (let guess = 0; guess < 2; guess++) await at(tow, who, "000000", { settings });
  expect((await at(tow, who, nextCode(), { settings })).status).toBe(429);
  const own = await at(tow, who, nextCode(), { settings, headers: { cookie } });
  expect(own.status).toBe(200);
});
