/** Eurorace's account paths. Its sign-in is also Rideshare's documented one: one handler, and an answer that serves both. */
import { z } from "@hono/zod-openapi";
import {
  type AccountChange,
  changeAccount,
  checkResetLink,
  clientProfiles,
  confirmEmail,
  DEFAULT_POLICY,
  endSessions,
  findUser,
  identityMessages,
  isEmail,
  optionalEmail,
  type PasswordPolicy,
  register,
  requestResetLink,
  resendVerification,
  resetPassword,
  signIn,
  takenRefusal,
  type User,
  username,
  verifyOwnPassword,
  weaknesses,
} from "../../modules/identity/index.ts";
import type { Caller } from "../../platform/http/caller.ts";
import { invalid, notFound, Refusal, refuse } from "../../platform/http/errors.ts";
import { email, secret, string } from "../../platform/http/input/fields.ts";
import { messages } from "../../platform/http/messages.ts";
import { type Route, respond, route } from "../../platform/http/route.ts";
import { literal, text } from "../../platform/http/text.ts";
import type { RequestContext } from "../../platform/runtime.ts";

const tag = "Eurorace";
const challenge = "Token";

const EMAIL_TAKEN = {
  email: literal("User is already registered with this e-mail address."),
};
const CREDENTIALS_MISSING = literal('Must include "username" and "password".');
const NOT_SIGNED_IN = text(
  "You should be logged in to logout. Check whether the token is passed.",
  "Чтобы выйти, нужно войти. Проверьте, передан ли токен.",
);
const INVALID_VALUE = literal("Invalid value");
/** The original prints this one with a typographic apostrophe. */
const MISMATCH_ON_CHANGE = text("The two password fields didn’t match.", "Введенные пароли не совпадают.");

const Detail = z.object({ detail: z.string() });
const Key = z.object({ key: z.string() });
const EuroraceUser = z
  .object({
    pk: z.number().int(),
    username: z.string(),
    email: z.string(),
    first_name: z.string(),
    last_name: z.string(),
  })
  .openapi("EuroraceUser");

function toUserWire(user: User): z.input<typeof EuroraceUser> {
  return {
    pk: user.id,
    username: user.username,
    email: user.email ?? "",
    first_name: user.firstName,
    last_name: user.lastName,
  };
}

/** What a password must not resemble at this app's doors. */
function policyFor(person: { username: string; email: string | null }): PasswordPolicy {
  return {
    ...DEFAULT_POLICY,
    unlike: [
      { name: identityMessages.username, value: person.username },
      { name: identityMessages.emailAddress, value: person.email },
    ],
  };
}

const registration = route({
  method: "post",
  path: "/api/auth/registration",
  tag,
  summary: "Register",
  description:
    "A mail with a link confirms the address. The key works at once unless the address must be verified first.",
  access: "public",
  challenge,
  creates: true,
  body: z
    .object({
      username: username(),
      email: optionalEmail().optional(),
      password1: secret(),
      password2: secret(),
    })
    .openapi("EuroraceRegistration"),
  responses: { 201: z.union([Key, Detail]) },
  async handle({ ctx, body }) {
    const address = body.email ?? null;
    // Without an address there is nothing to verify, so where that comes first an address does, too.
    if (!address && ctx.runtime.settings.emailVerification === "mandatory")
      throw invalid({ email: messages.required });
    const faults = weaknesses(body.password1, DEFAULT_POLICY);
    if (faults.length > 0) throw invalid({ password1: faults });
    if (body.password1 !== body.password2)
      throw invalid({ non_field_errors: identityMessages.passwordMismatch });
    const similar = weaknesses(body.password1, policyFor({ username: body.username, email: address }));
    if (similar.length > 0) throw invalid({ non_field_errors: similar });
    const made = await register(ctx, clientProfiles.eurorace, {
      username: body.username,
      email: address,
      password: body.password1,
    });
    if (!made.ok) throw takenRefusal(made.taken, EMAIL_TAKEN);
    if (!made.credentials) return respond(201, { detail: identityMessages.verificationSent[ctx.locale] });
    return respond(201, { key: made.credentials.key });
  },
});

const verify = route({
  method: "post",
  path: "/api/auth/registration/verify-email",
  tag,
  summary: "Confirm an address with the key of its mail",
  access: "public",
  challenge,
  body: z.object({ key: string({ max: 500 }) }),
  responses: { 200: Detail },
  async handle({ ctx, body }) {
    if (!(await confirmEmail(ctx, body.key))) throw notFound();
    return respond(200, { detail: "ok" });
  },
});

const resend = route({
  method: "post",
  path: "/api/auth/registration/resend-email",
  tag,
  summary: "Mail the confirmation again",
  description: "The answer is the same for every address.",
  access: "public",
  challenge,
  body: z.object({ email: email() }),
  responses: { 200: Detail },
  async handle({ ctx, body }) {
    await resendVerification(ctx, body.email);
    return respond(200, { detail: "ok" });
  },
});

/** `POST /api/auth/login/` for Eurorace and Rideshare: by username or e-mail, answered with every credential either reads. */
const login = route({
  method: "post",
  path: "/api/auth/login",
  tag,
  summary: "Sign in",
  access: "public",
  challenge,
  body: z
    .object({
      username: string({ max: 254, blank: true }).optional(),
      email: string({ max: 254, blank: true }).optional(),
      password: secret(),
    })
    .openapi("EuroraceLogin"),
  responses: {
    200: Key.extend({
      access: z.string(),
      refresh: z.string(),
      jwt: z.string(),
      user: EuroraceUser.extend({ id: z.number().int(), name: z.string() }),
    }),
  },
  async handle({ ctx, body }) {
    const identifier = body.username || body.email;
    if (!identifier) throw invalid({ non_field_errors: CREDENTIALS_MISSING });
    const result = await signIn(ctx, clientProfiles.eurorace, identifier, body.password);
    if (!result.ok) {
      const fault =
        result.reason === "unverified" ? identityMessages.emailNotVerified : identityMessages.cannotLogIn;
      throw invalid({ non_field_errors: fault });
    }
    const { key, access, refresh } = result.credentials;
    const user = toUserWire(result.user);
    const name = [user.first_name, user.last_name].filter(Boolean).join(" ") || user.username;
    return respond(200, { key, access, refresh, jwt: access, user: { ...user, id: user.pk, name } });
  },
});

const logout = route({
  method: "post",
  path: "/api/auth/logout",
  tag,
  summary: "End this session",
  access: "optional",
  challenge,
  responses: { 200: Detail },
  async handle({ ctx, caller, request }) {
    if (!caller) throw request.headers.has("authorization") ? badKey() : refuse(400, NOT_SIGNED_IN);
    await endSessions(ctx, { userId: caller.userId, sessionId: caller.sessionId });
    return respond(200, { detail: "Successfully logged out." });
  },
});

function badKey(): Refusal {
  return new Refusal(401, { detail: messages.invalidToken }, { "WWW-Authenticate": "Token" });
}

const userPath = "/api/auth/user";

async function ownUser(ctx: RequestContext, caller: Caller): Promise<User> {
  const user = await findUser(ctx, caller.userId);
  if (!user) throw badKey();
  return user;
}

const readUser = route({
  method: "get",
  path: userPath,
  tag,
  summary: "Read one's own account",
  access: "signedIn",
  challenge,
  responses: { 200: EuroraceUser },
  handle: async ({ ctx, caller }) => respond(200, toUserWire(await ownUser(ctx, caller))),
});

/** A new address is applied and must be confirmed anew. PUT is partial like PATCH: the documented body has no username. */
const changeUser = (method: "put" | "patch") =>
  route({
    method,
    path: userPath,
    tag,
    summary: "Change one's account",
    access: "signedIn",
    challenge,
    body: z
      .object({
        username: username().optional(),
        email: email().optional(),
        first_name: string({ max: 150, blank: true }).optional(),
        last_name: string({ max: 150, blank: true }).optional(),
      })
      .openapi("EuroraceUserChange"),
    responses: { 200: EuroraceUser },
    async handle({ ctx, caller, body }) {
      const { first_name: firstName, last_name: lastName, ...names } = body;
      return respond(200, toUserWire(await change(ctx, caller, { ...names, firstName, lastName })));
    },
  });

async function change(ctx: RequestContext, caller: Caller, facts: AccountChange): Promise<User> {
  const changed = await changeAccount(ctx, caller.userId, facts, { session: caller.sessionId });
  if (changed.ok) return changed.user;
  if (changed.taken === "missing") throw badKey();
  throw takenRefusal(changed.taken, EMAIL_TAKEN);
}

const NewPassword = { new_password1: secret(), new_password2: secret() };

/** Errors of a new password stand under `new_password2`, as this app reads them. */
function requireNewPassword(
  body: { new_password1: string; new_password2: string },
  person: { username: string; email: string | null },
) {
  if (body.new_password1 !== body.new_password2) throw invalid({ new_password2: MISMATCH_ON_CHANGE });
  const faults = weaknesses(body.new_password1, policyFor(person));
  if (faults.length > 0) throw invalid({ new_password2: faults });
}

const changePassword = route({
  method: "post",
  path: "/api/auth/password/change",
  tag,
  summary: "Change one's password",
  description: "The calling key stays good; every other device is signed out.",
  access: "signedIn",
  challenge,
  body: z.object({ old_password: secret(), ...NewPassword }),
  responses: { 200: Detail },
  async handle({ ctx, caller, body }) {
    const user = await ownUser(ctx, caller);
    requireNewPassword(body, user);
    if (!(await verifyOwnPassword(ctx, user, body.old_password)))
      throw invalid({ old_password: identityMessages.passwordWrong });
    await change(ctx, caller, { password: body.new_password1 });
    return respond(200, { detail: "New password has been saved." });
  },
});

const requestReset = route({
  method: "post",
  path: "/api/auth/password/reset",
  tag,
  summary: "Mail a link to choose a new password",
  description: "The answer is the same for every address.",
  access: "public",
  challenge,
  body: z.object({ email: string({ max: 254 }) }),
  responses: { 200: Detail },
  async handle({ ctx, body }) {
    if (!isEmail(body.email)) throw invalid({ email: messages.email });
    await requestResetLink(ctx, body.email);
    return respond(200, { detail: "Password reset e-mail has been sent." });
  },
});

const confirmReset = route({
  method: "post",
  path: "/api/auth/password/reset/confirm",
  tag,
  summary: "Set a new password with the mailed uid and token",
  description: "Ends every session of the account.",
  access: "public",
  challenge,
  body: z.object({ uid: string({ max: 50 }), token: string({ max: 200 }), ...NewPassword }),
  responses: { 200: Detail },
  async handle({ ctx, body }) {
    const id = /^[0-9a-z]{1,10}$/i.test(body.uid) ? Number.parseInt(body.uid, 36) : 0;
    const user = await findUser(ctx, id);
    if (!user) throw invalid({ uid: INVALID_VALUE });
    const code = await checkResetLink(ctx, body.uid, body.token);
    if (!code) throw invalid({ token: INVALID_VALUE });
    requireNewPassword(body, user);
    if (!(await resetPassword(ctx, code, body.new_password1))) throw invalid({ token: INVALID_VALUE });
    return respond(200, { detail: "Password has been reset with the new password." });
  },
});

export const accountRoutes: readonly Route[] = [
  registration,
  verify,
  resend,
  login,
  logout,
  readUser,
  changeUser("put"),
  changeUser("patch"),
  changePassword,
  requestReset,
  confirmReset,
];
