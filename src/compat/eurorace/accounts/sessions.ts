/** Eurorace's sign-in and sign-out. The sign-in is also Rideshare's documented one: one handler whose answer serves both. */

import {
  clientProfiles,
  endSessions,
  identityMessages,
  otpField,
  signIn,
  signInFault,
} from "../../../modules/identity/index.ts";
import { invalid, refuse } from "../../../platform/http/errors.ts";
import { secret, string } from "../../../platform/http/input/fields.ts";
import { type Route, respond, route } from "../../../platform/http/route.ts";
import { text as inBoth, literal } from "../../../platform/http/text.ts";
import { z } from "../../../platform/zod.ts";
import { badKey, challenge, Detail, EuroraceUser, Key, tag, toUserWire } from "./shared.ts";

const CREDENTIALS_MISSING = literal('Must include "username" and "password".');
const NOT_SIGNED_IN = inBoth(
  "You should be logged in to logout. Check whether the token is passed.",
  "Чтобы выйти, нужно войти. Проверьте, передан ли токен.",
);

/** `POST /api/auth/login/` for Eurorace and Rideshare, by username or e-mail. The response holds the credentials that either app reads. */
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
      otp: otpField(),
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
    const { password, otp } = body;
    const result = await signIn(ctx, clientProfiles.eurorace, { identifier, password, otp });
    if (!result.ok) {
      const { text, extra } = signInFault(result, identityMessages.cannotLogIn);
      throw invalid({ non_field_errors: text }, extra);
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
  isSetUp: true,
  challenge,
  responses: { 200: Detail },
  async handle({ ctx, caller, request }) {
    if (!caller) throw request.headers.has("authorization") ? badKey() : refuse(400, NOT_SIGNED_IN);
    await endSessions(ctx, { userId: caller.userId, sessionId: caller.sessionId });
    return respond(200, { detail: "Successfully logged out." });
  },
});

export const sessionRoutes: readonly Route[] = [login, logout];
