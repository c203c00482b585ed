/** AlphaBet's sign-up, sign-in, tokens and user routes. */

import {
  changeAccount,
  clientProfiles,
  DEFAULT_POLICY,
  deleteAccount,
  findUser,
  identityMessages,
  idParam,
  otpField,
  register,
  requireStrong,
  signIn,
  signInFault,
  TokenPair,
  takenRefusal,
  tokenRefresh,
  type User,
  username,
  visibleName,
} from "../../modules/identity/index.ts";
import { auditEntry } from "../../platform/db/audit.ts";
import type { Caller } from "../../platform/http/caller.ts";
import { Refusal, refuse } from "../../platform/http/errors.ts";
import { email, secret, string } from "../../platform/http/input/fields.ts";
import { parse } from "../../platform/http/input/validation.ts";
import { at, type Route, respond, route } from "../../platform/http/route.ts";
import { literal } from "../../platform/http/text.ts";
import { isoTime } from "../../platform/time.ts";
import { z } from "../../platform/zod.ts";
import { errorKey, refuseWithError, refuseWithMessage } from "./errors.ts";

const tag = "AlphaBet";

/** The app's own tests use a password of five letters. The rest of the policy applies. */
const POLICY = { ...DEFAULT_POLICY, minLength: 5 };

const SignUp = z
  .object({ username: username(), email: email(), password: secret() })
  .openapi("AlphaBetSignUp");
const Tokens = z.object({ status: z.literal(200), refresh: z.string(), access: z.string() });
const SignUpAnswer = z.union([Tokens, z.object({ status: z.literal(200), detail: z.string() })]);

const signUp = route({
  method: "post",
  path: "/api/auth/signup",
  tag,
  summary: "Sign up",
  access: "public",
  creates: true,
  body: z.looseObject({}).openapi({
    properties: { username: { type: "string" }, email: { type: "string" }, password: { type: "string" } },
  }),
  responses: { 200: SignUpAnswer },
  async handle({ ctx, body }) {
    const given = body as Record<string, unknown>;
    const empty = ["email", "password", "username"].some(
      (field) => given[field] === undefined || given[field] === null || given[field] === "",
    );
    if (empty) throw refuseWithError("Email, password, and username are required");
    const person = parse(SignUp, body);
    requireStrong(person.password, "password", POLICY);
    const made = await register(ctx, clientProfiles.alphabet, person);
    if (!made.ok) throw takenRefusal(made.taken);
    if (!made.credentials)
      return respond(200, { status: 200 as const, detail: identityMessages.verificationSent[ctx.locale] });
    const { refresh, access } = made.credentials;
    return respond(200, { status: 200 as const, refresh, access });
  },
});

const WRONG = literal("Invalid username or password");

const signInRoute = route({
  method: "post",
  path: "/api/auth/signin",
  tag,
  summary: "Sign in",
  description:
    "Distinguishes an unknown username from a wrong password, because this app's clients rely on it.",
  access: "public",
  body: z.object({
    username: string({ blank: true }).optional(),
    password: z.string().optional(),
    otp: otpField(),
  }),
  responses: { 200: Tokens },
  async handle({ ctx, body }) {
    const { username: identifier = "", password = "", otp } = body;
    const result = await signIn(ctx, clientProfiles.alphabet, { identifier, password, otp });
    if (!result.ok) {
      if (result.reason === "unknown") throw refuseWithStatus(400, "Invalid Username");
      const { text, extra } = signInFault(result, WRONG);
      throw refuseWithStatus(401, text[ctx.locale], extra);
    }
    const { refresh, access } = result.credentials;
    return respond(200, { status: 200 as const, refresh, access });
  },
});

function refuseWithStatus(status: 400 | 401, message: string, extra: Record<string, unknown> = {}): Refusal {
  const headers: Record<string, string> = status === 401 ? { "WWW-Authenticate": 'Bearer realm="api"' } : {};
  return new Refusal(status, { raw: { status: "error", message, ...extra } }, headers);
}

/** `POST /api/token/`, and the same under Rideshare's documented path. */
export const tokenObtain = route({
  method: "post",
  path: "/api/token",
  tag,
  summary: "Get a token pair",
  access: "public",
  body: z
    .object({
      username: string({ max: 254 }).optional(),
      email: string({ max: 254 }).optional(),
      password: secret(),
      otp: otpField(),
    })
    .refine(({ username, email }) => username !== undefined || email !== undefined, {
      path: ["username"],
      // Reported with the errors of other fields, not for a body without fields.
      when: ({ issues }) => issues.every(({ path }) => path?.length),
      params: { text: { en: "This field is required.", ru: "Обязательное поле." } },
    }),
  responses: { 200: TokenPair },
  async handle({ ctx, body }) {
    const { username, email, password, otp } = body;
    const result = await signIn(ctx, clientProfiles.alphabet, {
      identifier: username ?? email ?? "",
      password,
      otp,
    });
    if (!result.ok) {
      const { text, extra } = signInFault(result, identityMessages.noActiveAccount);
      const refusal = refuse(401, text, extra);
      throw new Refusal(401, refusal.body, { "WWW-Authenticate": 'Bearer realm="api"' });
    }
    const { refresh, access } = result.credentials;
    return respond(200, { refresh, access });
  },
});

const UserWire = z.object({
  user: z.object({
    id: z.number().int(),
    username: z.string(),
    email: z.string().nullable(),
    created_at: z.string().nullable(),
    updated_at: z.string().nullable(),
  }),
});

/** Others see id and username only. Clients look up the names of participants here, which are listed by id. */
function toUserWire(user: User, viewer: Caller): z.input<typeof UserWire> {
  const own = mayManage(viewer, user.id);
  return {
    user: {
      id: user.id,
      username: visibleName(viewer, user),
      email: own ? (user.email ?? "") : null,
      created_at: own ? isoTime(user.createdAt) : null,
      updated_at: own && user.lastLoginAt ? isoTime(user.lastLoginAt) : null,
    },
  };
}

function mayManage(caller: Caller, userId: number): boolean {
  return caller.isStaff || caller.userId === userId;
}

const userPath = "/api/user/:id";
const noUser = () => refuseWithMessage(404, "No user found");
const notYours = () => refuseWithMessage(403, "You do not have permission to perform this action.");

const readUser = route({
  method: "get",
  path: userPath,
  tag,
  summary: "Read a user",
  access: "signedIn",
  params: idParam,
  responses: { 200: UserWire },
  async handle({ ctx, caller, params }) {
    const user = await findUser(ctx, params.id);
    if (!user) throw noUser();
    return respond(200, toUserWire(user, caller));
  },
});

const changeUser = route({
  method: "put",
  path: userPath,
  tag,
  summary: "Change your username or e-mail",
  access: "signedIn",
  params: idParam,
  body: z
    .object({ username: username().optional(), email: email().optional() })
    .openapi("AlphaBetUserChange"),
  formatError: errorKey,
  responses: { 200: UserWire.extend({ message: z.string() }) },
  async handle({ ctx, caller, params, body }) {
    const before = await findUser(ctx, params.id);
    if (!before) throw noUser();
    if (!mayManage(caller, params.id)) throw notYours();
    const also = caller.userId === params.id ? [] : [audit(ctx, caller, "user.change", before, body)];
    const changed = await changeAccount(ctx, params.id, body, { session: caller.sessionId, also });
    if (!changed.ok) throw changed.taken === "missing" ? noUser() : takenRefusal(changed.taken);
    return respond(200, { message: "User updated successfully", ...toUserWire(changed.user, caller) });
  },
});

const deleteUser = route({
  method: "delete",
  path: userPath,
  tag,
  summary: "Delete your account",
  access: "signedIn",
  params: idParam,
  formatError: errorKey,
  responses: { 200: z.object({ message: z.string() }) },
  async handle({ ctx, caller, params }) {
    const user = await findUser(ctx, params.id);
    if (!user) throw noUser();
    if (!mayManage(caller, params.id)) throw notYours();
    const also = caller.userId === params.id ? [] : [audit(ctx, caller, "user.delete", user, null)];
    if (!(await deleteAccount(ctx, params.id, { session: caller.sessionId, also }))) throw noUser();
    return respond(200, { message: "User deleted successfully" });
  },
});

function audit(
  ctx: Parameters<typeof auditEntry>[0],
  caller: Caller,
  action: string,
  user: User,
  after: object | null,
) {
  const before = { username: user.username, email: user.email };
  return auditEntry(ctx, caller, { action, subject: `user:${user.id}`, before, after });
}

export const accountRoutes: readonly Route[] = [
  signUp,
  signInRoute,
  tokenObtain,
  at("/api/token/refresh", tokenRefresh, { tag }),
  readUser,
  changeUser,
  deleteUser,
];
