/** `EMAIL_VERIFICATION`: optional lets everybody sign in at once; mandatory refuses every app's sign-in before the link is followed. */
import { expect, test } from "vitest";
import { type Answer, outboxOf, post, rows, unique, uniquePhone } from "../../../harness/api.ts";
import { linkOf } from "../people.ts";

const MANDATORY = { EMAIL_VERIFICATION: "mandatory" };
const PASSWORD = "securepassword123";
const NOT_VERIFIED = "E-mail is not verified.";
const headers = { "accept-language": "en" };

interface Names {
  readonly username: string;
  readonly email: string;
  readonly phone: string;
}

function names(): Names {
  const username = unique("waiting");
  return { username, email: `${username}@example.com`, phone: uniquePhone() };
}

type Send = (who: Names, settings?: Record<string, string>) => Promise<Answer>;

const postTo =
  (path: string, body: (who: Names) => object): Send =>
  (who, settings = MANDATORY) =>
    post(path, body(who), { settings, headers });

const alphabetSignUp = postTo("/api/auth/signup/", ({ username, email }) => ({
  username,
  email,
  password: PASSWORD,
}));
const euroraceSignUp = postTo("/api/auth/registration/", ({ username, email }) => ({
  username,
  email,
  password1: PASSWORD,
  password2: PASSWORD,
}));
const towSignUp = postTo("/api/v1/auth/register/", ({ email, phone }) => ({
  phone,
  email,
  password: PASSWORD,
  password_confirm: PASSWORD,
  user_type: "CLIENT",
}));
const friendSignUp = postTo("/api/v1/users/", ({ email }) => ({
  first_name: "Анна",
  last_name: "Ждущая",
  email,
  password: PASSWORD,
  birthday: "1990-05-05",
}));
const person = ({ email }: Names) => ({ name: "Anna Waiting", email, password: PASSWORD });
const rideshareSignUp = postTo("/api/register", person);
const rideshareRestSignUp = postTo("/api/auth/register/", person);

/** Routes that create an account, with their answer while the address must be verified first. */
const SIGN_UPS: [string, Send, number, (who: Names) => unknown][] = [
  ["AlphaBet", alphabetSignUp, 200, () => ({ status: 200, detail: "Verification e-mail sent." })],
  ["Eurorace", euroraceSignUp, 201, () => ({ detail: "Verification e-mail sent." })],
  [
    "Tow Truck",
    towSignUp,
    201,
    ({ phone }) => ({ user: expect.objectContaining({ phone }), detail: "Verification e-mail sent." }),
  ],
  ["Find Friend", friendSignUp, 201, ({ email }) => expect.objectContaining({ email })],
  [
    "Rideshare",
    rideshareSignUp,
    200,
    ({ email }) => ({ id: expect.any(Number), name: "Anna Waiting", email }),
  ],
  [
    "Rideshare's REST path",
    rideshareRestSignUp,
    201,
    ({ email }) => ({ id: expect.any(Number), name: "Anna Waiting", email }),
  ],
];

const password = PASSWORD;
const byName = ({ username }: Names) => ({ username, password });
const byEmail = ({ email }: Names) => ({ email, password });

/** Routes that sign in, with their refusal of an unverified address. */
const SIGN_INS: [string, Send, number, unknown][] = [
  ["AlphaBet", postTo("/api/auth/signin/", byName), 401, { status: "error", message: NOT_VERIFIED }],
  ["AlphaBet's tokens", postTo("/api/token/", byName), 401, { detail: NOT_VERIFIED }],
  ["Rideshare's tokens", postTo("/api/auth/token/", byEmail), 401, { detail: NOT_VERIFIED }],
  ["Eurorace", postTo("/api/auth/login/", byName), 400, { non_field_errors: [NOT_VERIFIED] }],
  ["Eurorace by address", postTo("/api/auth/login/", byEmail), 400, { non_field_errors: [NOT_VERIFIED] }],
  ["Rideshare", postTo("/api/login", byEmail), 401, { detail: NOT_VERIFIED }],
  ["Find Friend", postTo("/api/v1/auth/token/login/", byEmail), 400, { non_field_errors: [NOT_VERIFIED] }],
  [
    "Tow Truck by phone",
    postTo("/api/v1/auth/login/", ({ phone }) => ({ phone, password })),
    400,
    { non_field_errors: [NOT_VERIFIED] },
  ],
  [
    "Tow Truck by address",
    postTo("/api/v1/auth/login/", ({ email }) => ({ phone: email, password })),
    400,
    { non_field_errors: [NOT_VERIFIED] },
  ],
];

const sessionsOf = ({ email }: Names) =>
  rows("SELECT sessions.id FROM sessions JOIN users ON users.id = user_id WHERE email = ?", email);

/** A person with username, address and phone whose address is not verified. */
async function waiting(): Promise<Names> {
  const who = names();
  expect((await euroraceSignUp(who)).status).toBe(201);
  await rows("UPDATE users SET phone = ? WHERE email = ?", who.phone, who.email);
  return who;
}

function holdsNothing(answer: Answer): void {
  expect(JSON.stringify(answer.body)).not.toMatch(/"(key|access|refresh|jwt|auth_token)"/);
  expect(answer.headers.getSetCookie().filter((cookie) => cookie.startsWith("jwt="))).toEqual([]);
}

test.each(SIGN_UPS)(
  "With mandatory verification, registering at %s returns no credentials and mails the link.",
  async (_, signUp, status, body) => {
    const who = names();
    const answer = await signUp(who);
    expect(answer).toMatchObject({ status, body: body(who) });
    holdsNothing(answer);
    expect(await sessionsOf(who)).toEqual([]);
    expect(await outboxOf(who.email)).toHaveLength(1);
  },
);

test.each(SIGN_INS)(
  "With mandatory verification, %s signs in only after the link was followed.",
  async (_, signIn, status, body) => {
    const who = await waiting();
    const refused = await signIn(who);
    expect(refused).toMatchObject({ status, body });
    holdsNothing(refused);
    expect(await sessionsOf(who)).toEqual([]);
    expect((await post(await linkOf(who.email), new URLSearchParams(), { settings: MANDATORY })).status).toBe(
      200,
    );
    expect((await signIn(who)).status).toBe(200);
    expect(await sessionsOf(who)).toHaveLength(1);
  },
);

test.each(SIGN_INS)(
  "With mandatory verification, %s does not reveal an unverified address without the password.",
  async (_, signIn) => {
    const who = await waiting();
    await rows("UPDATE users SET password_hash = NULL WHERE email = ?", who.email);
    expect(JSON.stringify((await signIn(who)).body)).not.toContain(NOT_VERIFIED);
  },
);

test.each(SIGN_INS)("With optional verification, %s signs in without the link.", async (_, signIn) => {
  const who = await waiting();
  expect((await signIn(who, { EMAIL_VERIFICATION: "optional" })).status).toBe(200);
});

test("Verification is optional by default, and the mail is still sent.", async () => {
  const who = names();
  expect((await euroraceSignUp(who, {})).body).toEqual({ key: expect.any(String) });
  expect(await outboxOf(who.email)).toHaveLength(1);
});

test("With mandatory verification, a reset by mail verifies the address.", async () => {
  const who = await waiting();
  await post("/api/auth/password/reset/", { email: who.email }, { settings: MANDATORY });
  const word = "newpassword456";
  const form = new URLSearchParams({ new_password1: word, new_password2: word });
  expect((await post(await linkOf(who.email), form, { settings: MANDATORY })).status).toBe(200);
  const again = { username: who.username, password: word };
  expect((await post("/api/auth/login/", again, { settings: MANDATORY })).status).toBe(200);
});

test("With mandatory verification, a code by SMS does not verify the address.", async () => {
  const who = await waiting();
  const word = { new_password: "newpassword456", new_password_confirm: "newpassword456" };
  const options = { settings: MANDATORY, headers };
  await post("/api/v1/auth/password/reset/", { phone: who.phone, ...word }, options);
  const [message] = await outboxOf(who.phone);
  const proof = { phone: who.phone, code: message?.codes[0], ...word };
  expect((await post("/api/v1/auth/password/reset/confirm/", proof, options)).status).toBe(200);
  const login = await post("/api/v1/auth/login/", { phone: who.phone, password: word.new_password }, options);
  expect(login).toMatchObject({ status: 400, body: { non_field_errors: [NOT_VERIFIED] } });
});

test("With mandatory verification, an account with a phone and no address signs in at once.", async () => {
  const phone = uniquePhone();
  const account = { phone, password: PASSWORD, password_confirm: PASSWORD, user_type: "CLIENT" };
  const made = await post("/api/v1/auth/register/", account, { settings: MANDATORY });
  expect(made).toMatchObject({ status: 201, body: { access: expect.any(String) } });
});
