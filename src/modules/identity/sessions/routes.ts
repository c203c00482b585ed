/** Routes of sessions, as the Tow Truck clients call them: sign in, refresh, list devices and sign out. */

import { invalid, notFound } from "../../../platform/http/errors.ts";
import { type Route, respond, route } from "../../../platform/http/route.ts";
import { z } from "../../../platform/zod.ts";
import { ownAccountWire } from "../accounts/visibility.ts";
import { messages } from "../messages.ts";
import { refreshRefusal, signInFault } from "../refusals.ts";
import { Device, LoginBody, RefreshBody, TokenPair, TokensWithAccount } from "../schemas.ts";
import { clientProfiles, endSessions, listDevices, refresh } from "./sessions.ts";
import { signIn } from "./sign-in.ts";

const tag = "Accounts";

const login = route({
  method: "post",
  path: "/api/v1/auth/login",
  tag,
  summary: "Sign in by phone, e-mail or username",
  access: "public",
  body: LoginBody,
  responses: { 200: TokensWithAccount },
  async handle({ ctx, body }) {
    const { phone: identifier, password, otp } = body;
    const result = await signIn(ctx, clientProfiles.towTruck, { identifier, password, otp });
    if (!result.ok) {
      const { text, extra } = signInFault(result, messages.wrongPhoneOrPassword);
      throw invalid({ non_field_errors: text }, extra);
    }
    const user = await ownAccountWire(ctx, result.user.id);
    return respond(200, { user, access: result.credentials.access, refresh: result.credentials.refresh });
  },
});

export const tokenRefresh = route({
  method: "post",
  path: "/api/v1/auth/token/refresh",
  tag,
  summary: "Exchange a refresh token for a new pair",
  description: "The previous token returns the current pair again; an older token ends the session.",
  access: "public",
  body: RefreshBody,
  responses: { 200: TokenPair },
  async handle({ ctx, body }) {
    const result = await refresh(ctx, body.refresh);
    if (!result.ok) throw refreshRefusal(result.fault);
    return respond(200, { access: result.access, refresh: result.refresh });
  },
});

const devices = route({
  method: "get",
  path: "/api/v1/auth/sessions",
  tag,
  summary: "List the signed-in devices",
  access: "signedIn",
  isSetUp: true,
  responses: { 200: z.array(Device) },
  async handle({ ctx, caller }) {
    const rows = await listDevices(ctx, caller.userId);
    return respond(
      200,
      rows.map((row) => ({
        id: row.id,
        app: row.client,
        current: row.id === caller.sessionId,
        address: row.address,
        user_agent: row.userAgent,
        created_at: new Date(row.createdAt).toISOString(),
        last_seen_at: new Date(row.lastSeenAt).toISOString(),
        expires_at: new Date(row.expiresAt).toISOString(),
      })),
    );
  },
});

const endDevice = route({
  method: "delete",
  path: "/api/v1/auth/sessions/:id",
  tag,
  summary: "Sign a device out",
  access: "signedIn",
  isSetUp: true,
  params: z.object({ id: z.uuid() }),
  responses: { 204: null },
  async handle({ ctx, caller, params }) {
    if (!(await endSessions(ctx, { userId: caller.userId, sessionId: params.id }))) throw notFound();
    return respond(204, null);
  },
});

const endOthers = route({
  method: "delete",
  path: "/api/v1/auth/sessions",
  tag,
  summary: "Sign all your other devices out",
  description: "The calling session stays. 204 also where there is no other device.",
  access: "signedIn",
  isSetUp: true,
  responses: { 204: null },
  async handle({ ctx, caller }) {
    await endSessions(ctx, { userId: caller.userId, exceptSession: caller.sessionId });
    return respond(204, null);
  },
});

const logout = route({
  method: "post",
  path: "/api/v1/auth/logout",
  tag,
  summary: "Sign this device out",
  access: "signedIn",
  isSetUp: true,
  responses: { 204: null },
  async handle({ ctx, caller }) {
    await endSessions(ctx, { userId: caller.userId, sessionId: caller.sessionId });
    return respond(204, null);
  },
});

export const sessionRoutes: readonly Route[] = [login, tokenRefresh, devices, endDevice, endOthers, logout];
