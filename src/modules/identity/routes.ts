/** Caravan's own account doors, as the Tow Truck clients know them: `/api/v1/auth/…`. */
import { z } from "@hono/zod-openapi";
import { invalid, notFound } from "../../platform/http/errors.ts";
import { secret, string } from "../../platform/http/input/fields.ts";
import { type Route, respond, route } from "../../platform/http/route.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { storePicture } from "../../platform/storage/media.ts";
import { changeAccount, deleteAccount } from "./accounts/commands.ts";
import { isPhoneTaken } from "./accounts/contacts.ts";
import { findProfile, type User } from "./accounts/queries.ts";
import { register } from "./accounts/registration.ts";
import { messages } from "./messages.ts";
import {
  checkResetSms,
  confirmPhoneChange,
  phoneRequest,
  requestResetSms,
} from "./recovery/phone-recovery.ts";
import { resetPassword } from "./recovery/recovery.ts";
import { refreshRefusal, requireStrong, takenRefusal } from "./refusals.ts";
import { isTrusted } from "./rules.ts";
import {
  Account,
  Detail,
  Device,
  LoginBody,
  ProfileChange,
  phone,
  RefreshBody,
  RegisterBody,
  TokenPair,
  toAccountWire,
} from "./schemas.ts";
import { clientProfiles, endSessions, listDevices, refresh } from "./sessions/sessions.ts";
import { signIn } from "./sessions/sign-in.ts";

const tag = "Accounts";

const WithTokens = z.object({ user: Account, access: z.string(), refresh: z.string() });

const registration = route({
  method: "post",
  path: "/api/v1/auth/register",
  tag,
  summary: "Register a client or a driver",
  access: "public",
  creates: true,
  body: RegisterBody,
  responses: { 201: z.union([WithTokens, z.object({ user: Account, detail: z.string() })]) },
  async handle({ ctx, body }) {
    requireStrong(body.password, "password");
    if (body.password !== body.password_confirm)
      throw invalid({ non_field_errors: messages.passwordMismatch });
    const made = await register(ctx, clientProfiles.towTruck, {
      phone: body.phone,
      email: body.email,
      password: body.password,
      firstName: body.first_name,
      lastName: body.last_name,
      userType: body.user_type,
    });
    if (!made.ok) throw takenRefusal(made.taken);
    const user = toAccountWire(ctx, made.user, null);
    if (!made.credentials) return respond(201, { user, detail: messages.verificationSent[ctx.locale] });
    return respond(201, { user, access: made.credentials.access, refresh: made.credentials.refresh });
  },
});

const login = route({
  method: "post",
  path: "/api/v1/auth/login",
  tag,
  summary: "Sign in by phone, e-mail or username",
  access: "public",
  body: LoginBody,
  responses: { 200: WithTokens },
  async handle({ ctx, body }) {
    const result = await signIn(ctx, clientProfiles.towTruck, body.phone, body.password);
    if (!result.ok) {
      const text = result.reason === "unverified" ? messages.emailNotVerified : messages.wrongPhoneOrPassword;
      throw invalid({ non_field_errors: text });
    }
    const user = await accountWire(ctx, result.user.id);
    return respond(200, { user, access: result.credentials.access, refresh: result.credentials.refresh });
  },
});

export const tokenRefresh = route({
  method: "post",
  path: "/api/v1/auth/token/refresh",
  tag,
  summary: "Trade a refresh token for a new pair",
  description: "The token one step behind answers the current pair again; an older one ends the session.",
  access: "public",
  body: RefreshBody,
  responses: { 200: TokenPair },
  async handle({ ctx, body }) {
    const result = await refresh(ctx, body.refresh);
    if (!result.ok) throw refreshRefusal(result.fault);
    return respond(200, { access: result.access, refresh: result.refresh });
  },
});

const profilePath = "/api/v1/auth/profile";

/** One's own account; a driver's says whether they are on duty. */
const OwnAccount = Account.extend({ on_duty: z.boolean().optional() }).openapi("OwnAccount");

const profile = route({
  method: "get",
  path: profilePath,
  tag,
  summary: "Read one's own account",
  access: "signedIn",
  responses: { 200: OwnAccount },
  handle: async ({ ctx, caller }) => respond(200, await accountWire(ctx, caller.userId)),
});

/** PUT behaves as PATCH. A new phone waits for its code; until then the old one signs in. */
const changeProfile = (method: "put" | "patch") =>
  route({
    method,
    path: profilePath,
    tag,
    summary: "Change one's own account",
    description:
      "A new `phone` takes effect at `/api/v1/auth/phone/confirm/`, with the code that was sent to it.",
    access: "signedIn",
    body: ProfileChange,
    multipartLimit: 11 * 1024 * 1024,
    responses: { 200: OwnAccount },
    async handle({ ctx, caller, body }) {
      const { userId } = caller;
      const before = await findProfile(ctx, userId);
      if (!before) throw notFound();
      if (body.email === null && !before.user.phone) throw invalid({ email: messages.phoneRequired });
      const asked = await phoneAsked(ctx, before.user, body.phone);
      const picture =
        body.avatar instanceof File
          ? await storePicture(ctx, `avatars/${userId}`, "avatar", body.avatar)
          : body.avatar;
      const changed = await changeAccount(
        ctx,
        userId,
        {
          username: body.username,
          email: body.email,
          firstName: body.first_name,
          lastName: body.last_name,
          avatarKey: picture === "" ? undefined : picture,
        },
        { session: caller.sessionId, ...asked },
      );
      if (changed.ok) return respond(200, await accountWire(ctx, userId));
      if (typeof picture === "string" && picture !== "")
        ctx.defer("identity.avatar", ctx.runtime.bucket.delete(picture));
      throw changed.taken === "missing" ? notFound() : takenRefusal(changed.taken);
    },
  });

/** What asks for the proof of a phone; nothing for the present one, unless a change put it there and it is unproved. */
async function phoneAsked(ctx: RequestContext, user: User, phone: string | undefined) {
  if (phone === undefined || (phone === user.phone && isTrusted(user, "phone"))) return {};
  if (await isPhoneTaken(ctx, phone, user.id)) throw takenRefusal("phone");
  return phoneRequest(ctx, user.id, phone);
}

const confirmPhone = route({
  method: "post",
  path: "/api/v1/auth/phone/confirm",
  tag,
  summary: "Take the new phone, with the code that was sent to it",
  access: "signedIn",
  body: z.object({ code: string({ max: 10 }) }),
  responses: { 200: Detail },
  async handle({ ctx, caller, body }) {
    const result = await confirmPhoneChange(ctx, caller.userId, caller.sessionId, body.code);
    if (result === "taken") throw takenRefusal("phone");
    if (result === "wrong") throw invalid({ code: messages.codeWrong });
    return respond(200, { detail: messages.phoneChanged[ctx.locale] });
  },
});

const passwordReset = route({
  method: "post",
  path: "/api/v1/auth/password/reset",
  tag,
  summary: "Ask for a new password by phone",
  description:
    "Changes nothing by itself: a message with a code and a link goes to the phone. The linked page takes the code and activates `new_password`; `confirm/` takes it, too. The answer is the same for every phone.",
  access: "public",
  body: z.object({ phone: phone(), new_password: secret(128), new_password_confirm: secret(128) }),
  responses: { 200: Detail },
  async handle({ ctx, body }) {
    checkNewPassword(body.new_password, body.new_password_confirm);
    await requestResetSms(ctx, body.phone, body.new_password);
    return respond(200, { detail: messages.resetRequested[ctx.locale] });
  },
});

const passwordResetConfirm = route({
  method: "post",
  path: "/api/v1/auth/password/reset/confirm",
  tag,
  summary: "Set a new password with the code from the phone",
  access: "public",
  body: z.object({
    phone: phone(),
    code: string({ max: 10 }),
    new_password: secret(128),
    new_password_confirm: secret(128),
  }),
  responses: { 200: Detail },
  async handle({ ctx, body }) {
    checkNewPassword(body.new_password, body.new_password_confirm);
    const code = await checkResetSms(ctx, body.phone, body.code);
    if (!code || !(await resetPassword(ctx, code, body.new_password)))
      throw invalid({ code: messages.codeWrong });
    return respond(200, { detail: messages.passwordUpdated[ctx.locale] });
  },
});

function checkNewPassword(password: string, confirmation: string): void {
  requireStrong(password, "new_password");
  if (password !== confirmation) throw invalid({ non_field_errors: messages.passwordMismatch });
}

const devices = route({
  method: "get",
  path: "/api/v1/auth/sessions",
  tag,
  summary: "List the devices one is signed in on",
  access: "signedIn",
  responses: { 200: z.array(Device) },
  async handle({ ctx, caller }) {
    const rows = await listDevices(ctx, caller.userId);
    return respond(
      200,
      rows.map((row) => ({
        id: row.id,
        app: row.door,
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
  params: z.object({ id: z.uuid() }),
  responses: { 204: null },
  async handle({ ctx, caller, params }) {
    if (!(await endSessions(ctx, { userId: caller.userId, sessionId: params.id }))) throw notFound();
    return respond(204, null);
  },
});

const logout = route({
  method: "post",
  path: "/api/v1/auth/logout",
  tag,
  summary: "Sign this device out",
  access: "signedIn",
  responses: { 204: null },
  async handle({ ctx, caller }) {
    await endSessions(ctx, { userId: caller.userId, sessionId: caller.sessionId });
    return respond(204, null);
  },
});

const deleteProfile = route({
  method: "delete",
  path: profilePath,
  tag,
  summary: "Delete one's own account and everything personal in it",
  access: "signedIn",
  responses: { 204: null },
  async handle({ ctx, caller }) {
    if (!(await deleteAccount(ctx, caller.userId, { session: caller.sessionId }))) throw notFound();
    return respond(204, null);
  },
});

async function accountWire(ctx: RequestContext, userId: number): Promise<z.input<typeof OwnAccount>> {
  const found = await findProfile(ctx, userId);
  if (!found) throw notFound();
  const { user, avatarKey } = found;
  const duty = user.userType === "DRIVER" ? { on_duty: user.onDuty } : {};
  return { ...toAccountWire(ctx, user, avatarKey), ...duty };
}

export const accountRoutes: readonly Route[] = [
  registration,
  login,
  tokenRefresh,
  profile,
  changeProfile("put"),
  changeProfile("patch"),
  deleteProfile,
  confirmPhone,
  passwordReset,
  passwordResetConfirm,
  devices,
  endDevice,
  logout,
];
