/** Find Friend's account routes under `/api/v1/users/` and `/api/v1/auth/token/…`, with this app's messages and order of checks. */

import { invalid, notFound } from "../../../platform/http/errors.ts";
import { day, secret, string } from "../../../platform/http/input/fields.ts";
import { messages as shared } from "../../../platform/http/messages.ts";
import { type Route, respond, route } from "../../../platform/http/route.ts";
import type { Text } from "../../../platform/http/text.ts";
import { z } from "../../../platform/zod.ts";
import { changeAccount } from "../accounts/commands.ts";
import { findUser, type User } from "../accounts/queries.ts";
import { type RegistrationStatements, register } from "../accounts/registration.ts";
import { messages } from "../messages.ts";
import { checkResetCode, requestResetCode, resetPassword } from "../recovery/password-reset.ts";
import { requireStrong, signInFault, takenRefusal } from "../refusals.ts";
import { birthdayFault, isEmail, type PasswordPolicy, passwordLength, signInEmailFault } from "../rules.ts";
import { otpField, personFields } from "../schemas.ts";
import { clientProfiles, endSessions } from "../sessions/sessions.ts";
import { signIn, verifyOwnPassword } from "../sessions/sign-in.ts";

const tag = "Find Friend accounts";
const challenge = "Token";

/** 8 to 50 characters, with Find Friend's message. */
const POLICY: PasswordPolicy = { minLength: 8, length: { max: 50, text: messages.passwordLength } };

const NewPerson = z
  .object({
    ...personFields,
    password: secret(),
    birthday: day().nullable().optional(),
  })
  .openapi("NewPerson");

/** `POST /api/v1/users/`. `also`: statements of other modules for the transaction that creates the account. */
export const findFriendRegistration = (also: RegistrationStatements) =>
  route({
    method: "post",
    path: "/api/v1/users",
    tag,
    summary: "Register",
    access: "public",
    challenge,
    creates: true,
    body: NewPerson,
    responses: {
      201: z.object({
        first_name: z.string(),
        last_name: z.string(),
        email: z.string(),
        birthday: z.string().nullable(),
      }),
    },
    async handle({ ctx, body }) {
      const birthday = body.birthday ? birthdayFault(body.birthday, ctx.now()) : null;
      if (birthday) throw invalid({ birthday });
      requireStrong(body.password, "password", policyFor(body));
      const made = await register(
        ctx,
        clientProfiles.findFriend,
        {
          email: body.email,
          password: body.password,
          firstName: body.first_name,
          lastName: body.last_name,
          birthday: body.birthday,
        },
        { signIn: false, also },
      );
      if (!made.ok) throw takenRefusal(made.taken);
      const { firstName, lastName, email } = made.user;
      return respond(201, {
        first_name: firstName,
        last_name: lastName,
        email: email ?? "",
        birthday: body.birthday ?? null,
      });
    },
  });

function policyFor(person: { first_name: string; last_name: string; email: string }): PasswordPolicy {
  return {
    ...POLICY,
    attributes: [
      { name: messages.firstName, value: person.first_name },
      { name: messages.lastName, value: person.last_name },
      { name: messages.emailAddress, value: person.email },
    ],
  };
}

function ownPolicy({ firstName, lastName, email }: User): PasswordPolicy {
  return policyFor({ first_name: firstName, last_name: lastName, email: email ?? "" });
}

/** Checked by hand, in the order that Find Friend documents. */
const anyText = z.unknown().optional().openapi({ type: "string" });

const login = route({
  method: "post",
  path: "/api/v1/auth/token/login",
  tag,
  summary: "Sign in by e-mail and get a session key",
  access: "public",
  challenge,
  body: z.object({ email: anyText, password: anyText, otp: otpField() }).openapi("TokenLogin"),
  responses: { 200: z.object({ auth_token: z.string() }) },
  async handle({ ctx, body }) {
    const { email: identifier, password } = checkedCredentials(body);
    const result = await signIn(ctx, clientProfiles.findFriend, { identifier, password, otp: body.otp });
    if (!result.ok) {
      const { text, extra } = signInFault(result, messages.cannotLogIn);
      throw invalid({ non_field_errors: text }, extra);
    }
    return respond(200, { auth_token: result.credentials.key });
  },
});

/** Reports blank fields first, each under its name, then a single fault under `non_field_errors`. A missing field counts as too short. */
function checkedCredentials(body: { email?: unknown; password?: unknown }): {
  email: string;
  password: string;
} {
  const blank: Record<string, Text> = {};
  for (const field of ["email", "password"] as const) {
    const value = body[field];
    if (value === null || (typeof value === "string" && value.trim() === "")) blank[field] = shared.blank;
    else if (value !== undefined && typeof value !== "string") blank[field] = shared.notString;
  }
  if (Object.keys(blank).length > 0) throw invalid(blank);
  const email = typeof body.email === "string" ? body.email.trim() : "";
  const password = typeof body.password === "string" ? body.password : "";
  const emailFault = signInEmailFault(email);
  if (emailFault) throw invalid({ non_field_errors: emailFault });
  const length = passwordLength(password);
  if (length < 8 || length > 50) throw invalid({ non_field_errors: messages.passwordLength });
  return { email, password };
}

const logout = route({
  method: "post",
  path: "/api/v1/auth/token/logout",
  tag,
  summary: "End this session",
  access: "signedIn",
  isSetUp: true,
  challenge,
  responses: { 204: null },
  async handle({ ctx, caller }) {
    await endSessions(ctx, { userId: caller.userId, sessionId: caller.sessionId });
    return respond(204, null);
  },
});

const setPassword = route({
  method: "post",
  path: "/api/v1/users/set_password",
  tag,
  summary: "Change your password",
  description: "Signs out every other device.",
  access: "signedIn",
  challenge,
  body: z.object({ current_password: secret(), new_password: secret() }),
  responses: { 204: null },
  async handle({ ctx, caller, body }) {
    const user = await findUser(ctx, caller.userId);
    if (!user) throw notFound();
    if (!(await verifyOwnPassword(ctx, user, caller, body.current_password))) {
      throw invalid({ current_password: messages.passwordWrong });
    }
    requireStrong(body.new_password, "new_password", ownPolicy(user));
    await changeAccount(ctx, user.id, { password: body.new_password }, { session: caller.sessionId });
    return respond(204, null);
  },
});

const Ok = z.object({ status: z.literal("OK") });
const OK = { status: "OK" } as const;

const resetRequest = route({
  method: "post",
  path: "/api/v1/users/reset_password",
  tag,
  summary: "Mail a six-digit code",
  access: "public",
  challenge,
  body: z.object({ email: string({ max: 254 }) }),
  responses: { 200: Ok },
  async handle({ ctx, body }) {
    if (!isEmail(body.email)) throw invalid({ email: shared.email });
    if (!(await requestResetCode(ctx, body.email))) throw invalid({ email: messages.unknownAddress });
    return respond(200, OK);
  },
});

const codeField = string({ max: 20 });

const validateCode = route({
  method: "post",
  path: "/api/v1/users/reset_password/validate_token",
  tag,
  summary: "Check whether a code is still valid",
  access: "public",
  challenge,
  body: z.object({ token: codeField }),
  responses: { 200: Ok },
  async handle({ ctx, body }) {
    if (!(await checkResetCode(ctx, body.token))) throw notFound();
    return respond(200, OK);
  },
});

const confirmReset = route({
  method: "post",
  path: "/api/v1/users/reset_password/confirm",
  tag,
  summary: "Set a new password with the mailed code",
  description: "Ends every session of the account.",
  access: "public",
  challenge,
  body: z.object({ token: codeField, password: secret() }),
  responses: { 200: Ok },
  async handle({ ctx, body }) {
    const code = await checkResetCode(ctx, body.token);
    const user = code && (await findUser(ctx, code.userId));
    if (!user) throw notFound();
    requireStrong(body.password, "password", ownPolicy(user));
    if (!(await resetPassword(ctx, code, body.password))) throw notFound();
    return respond(200, OK);
  },
});

export const findFriendRoutes: readonly Route[] = [
  login,
  logout,
  setPassword,
  resetRequest,
  validateCode,
  confirmReset,
];
