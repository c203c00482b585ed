/** Rideshare's routes of accounts and sessions: the shipped client's paths with a cookie, and the documented REST paths. */

import {
  clientProfiles,
  deleteAccount,
  endSessions,
  identityMessages,
  otpField,
  register,
  signIn,
  signInFault,
  takenRefusal,
  tokenRefresh,
} from "../../../modules/identity/index.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import { SESSION_COOKIE, setCookie } from "../../../platform/http/cookies.ts";
import { requireOwnOrigin } from "../../../platform/http/cors.ts";
import { Refusal, refuse } from "../../../platform/http/errors.ts";
import { email, secret, string } from "../../../platform/http/input/fields.ts";
import { at, type Route, respond, route } from "../../../platform/http/route.ts";
import { literal } from "../../../platform/http/text.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { z } from "../../../platform/zod.ts";
import { tokenObtain } from "../../alphabet/index.ts";
import { legacy } from "../errors.ts";
import {
  applyChange,
  EMAIL_TAKEN,
  legacyWeakness,
  ownUser,
  Person,
  restWeakness,
  splitName,
  tag,
  toPersonWire,
  UserChange,
  type WeakPassword,
} from "./shared.ts";

const WRONG = literal("Incorrect email or password!");

const NewPerson = z
  .object({ name: string({ max: 255 }), email: email(255), password: secret() })
  .openapi("RideshareRegister");

/** The original checks the password first and does not report other fields if it is weak. */
const passwordFirst = (weakness: WeakPassword) =>
  z.preprocess((given) => {
    const { password } = Object(given) as { password?: unknown };
    if (typeof password === "string") weakness(password);
    return given;
  }, NewPerson);

const registration = <S extends 200 | 201>(path: string, status: S, weakness: WeakPassword) =>
  route({
    method: "post",
    path,
    tag,
    summary: "Register",
    access: "public",
    creates: true,
    body: passwordFirst(weakness),
    responses: { 200: Person, 201: Person },
    async handle({ ctx, body }) {
      const made = await register(
        ctx,
        clientProfiles.rideshare,
        { email: body.email, password: body.password, ...splitName(body.name) },
        { signIn: false },
      );
      if (!made.ok) throw takenRefusal(made.taken, EMAIL_TAKEN);
      return respond(status as 201, toPersonWire(made.user));
    },
  });

const legacyLogin = route({
  method: "post",
  path: "/api/login",
  tag,
  summary: "Sign in with a cookie",
  access: "public",
  body: z.object({ email: string({ max: 255 }), password: secret(), otp: otpField() }),
  responses: { 200: z.object({ jwt: z.string() }) },
  async handle({ ctx, body, request }) {
    requireOwnOrigin(ctx, request);
    const { email: identifier, password, otp } = body;
    const result = await signIn(ctx, clientProfiles.rideshare, { identifier, password, otp });
    if (!result.ok) {
      const { text, extra } = signInFault(result, WRONG);
      const refusal = refuse(401, text, extra);
      throw new Refusal(401, refusal.body, { "WWW-Authenticate": 'Bearer realm="api"' });
    }
    const jwt = result.credentials.access;
    return respond(
      200,
      { jwt },
      { "Set-Cookie": setCookie(SESSION_COOKIE, jwt, clientProfiles.rideshare.accessSeconds, request.url) },
    );
  },
});

const legacyLogout = route({
  method: "post",
  path: "/api/logout",
  tag,
  summary: "Sign out, even without a valid session",
  access: "optional",
  isSetUp: true,
  responses: { 200: z.object({ message: z.string() }) },
  async handle({ ctx, caller, request }) {
    if (caller) await endSessions(ctx, { userId: caller.userId, sessionId: caller.sessionId });
    return respond(
      200,
      { message: "success" },
      { "Set-Cookie": setCookie(SESSION_COOKIE, "", 0, request.url) },
    );
  },
});

const readUser = route({
  method: "get",
  path: "/api/user",
  tag,
  summary: "Read your account",
  access: "signedIn",
  responses: { 200: Person },
  handle: async ({ ctx, caller }) => respond(200, toPersonWire(await ownUser(ctx, caller))),
});

const changeUser = (path: string, weakness: WeakPassword) =>
  route({
    method: "put",
    path,
    tag,
    summary: "Change name, e-mail or password",
    description: "Partial. A new password signs every other device out.",
    access: "signedIn",
    body: UserChange,
    responses: { 200: Person },
    handle: async ({ ctx, caller, body }) =>
      respond(200, toPersonWire(await applyChange(ctx, caller, body, weakness))),
  });

async function deleteOwn(ctx: RequestContext, caller: Caller): Promise<void> {
  if (!(await deleteAccount(ctx, caller.userId, { session: caller.sessionId })))
    throw refuse(401, identityMessages.noActiveAccount);
}

const legacyDelete = route({
  method: "delete",
  path: "/api/user-delete",
  tag,
  summary: "Delete your account",
  access: "signedIn",
  responses: { 200: null },
  async handle({ ctx, caller, request }) {
    await deleteOwn(ctx, caller);
    return respond(200, null, { "Set-Cookie": setCookie(SESSION_COOKIE, "", 0, request.url) });
  },
});

const restDelete = route({
  method: "delete",
  path: "/api/user",
  tag,
  summary: "Delete your account",
  access: "signedIn",
  responses: { 204: null },
  async handle({ ctx, caller, request }) {
    await deleteOwn(ctx, caller);
    return respond(204, null, { "Set-Cookie": setCookie(SESSION_COOKIE, "", 0, request.url) });
  },
});

export const accountRoutes: readonly Route[] = [
  ...[
    registration("/api/register", 200, legacyWeakness),
    legacyLogin,
    legacyLogout,
    readUser,
    changeUser("/api/user-update", legacyWeakness),
    legacyDelete,
  ].map(legacy),
  registration("/api/auth/register", 201, restWeakness),
  at("/api/auth/token", tokenObtain, { tag }),
  at("/api/auth/token/refresh", tokenRefresh, { tag }),
  changeUser("/api/user", restWeakness),
  restDelete,
];
