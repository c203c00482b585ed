/** Caravan's own account doors, as the Tow Truck clients know them: `/api/v1/auth/…`. */
import { z } from "@hono/zod-openapi";
import { invalid, notFound } from "../../platform/http/errors.ts";
import { secret, string } from "../../platform/http/fields.ts";
import { type Route, reply, route } from "../../platform/http/route.ts";
import type { Scope } from "../../platform/runtime.ts";
import { storePicture } from "../../platform/storage/media.ts";
import { changeAccount, deleteAccount } from "./accounts.ts";
import { isPhoneTaken } from "./contacts.ts";
import { refreshRefusal, requireStrong, takenRefusal } from "./doors.ts";
import { messages } from "./messages.ts";
import { findProfile, type User } from "./people.ts";
import { checkResetSms, confirmPhoneChange, phoneRequest, requestResetSms } from "./phone-recovery.ts";
import { resetPassword } from "./recovery.ts";
import { register } from "./registration.ts";
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
import { doors, endSessions, listDevices, refresh } from "./sessions.ts";
import { signIn } from "./sign-in.ts";

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
  answers: { 201: z.union([WithTokens, z.object({ user: Account, detail: z.string() })]) },
  async handle({ scope, body }) {
    requireStrong(body.password, "password");
    if (body.password !== body.password_confirm)
      throw invalid({ non_field_errors: messages.passwordMismatch });
    const made = await register(scope, doors.towTruck, {
      phone: body.phone,
      email: body.email,
      password: body.password,
      firstName: body.first_name,
      lastName: body.last_name,
      userType: body.user_type,
    });
    if (!made.ok) throw takenRefusal(made.taken);
    const user = toAccountWire(scope, made.user, null);
    if (!made.credentials) return reply(201, { user, detail: messages.verificationSent[scope.locale] });
    return reply(201, { user, access: made.credentials.access, refresh: made.credentials.refresh });
  },
});

const login = route({
  method: "post",
  path: "/api/v1/auth/login",
  tag,
  summary: "Sign in by phone, e-mail or username",
  access: "public",
  body: LoginBody,
  answers: { 200: WithTokens },
  async handle({ scope, body }) {
    const result = await signIn(scope, doors.towTruck, body.phone, body.password);
    if (!result.ok) {
      const text = result.reason === "unverified" ? messages.emailNotVerified : messages.wrongPhoneOrPassword;
      throw invalid({ non_field_errors: text });
    }
    const user = await accountWire(scope, result.user.id);
    return reply(200, { user, access: result.credentials.access, refresh: result.credentials.refresh });
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
  answers: { 200: TokenPair },
  async handle({ scope, body }) {
    const result = await refresh(scope, body.refresh);
    if (!result.ok) throw refreshRefusal(result.fault);
    return reply(200, { access: result.access, refresh: result.refresh });
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
  answers: { 200: OwnAccount },
  handle: async ({ scope, caller }) => reply(200, await accountWire(scope, caller.userId)),
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
    answers: { 200: OwnAccount },
    async handle({ scope, caller, body }) {
      const { userId } = caller;
      const before = await findProfile(scope, userId);
      if (!before) throw notFound();
      if (body.email === null && !before.user.phone) throw invalid({ email: messages.phoneRequired });
      const asked = await phoneAsked(scope, before.user, body.phone);
      const picture =
        body.avatar instanceof File
          ? await storePicture(scope, `avatars/${userId}`, "avatar", body.avatar)
          : body.avatar;
      const changed = await changeAccount(
        scope,
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
      if (changed.ok) return reply(200, await accountWire(scope, userId));
      if (typeof picture === "string" && picture !== "")
        scope.defer("identity.avatar", scope.runtime.bucket.delete(picture));
      throw changed.taken === "missing" ? notFound() : takenRefusal(changed.taken);
    },
  });

/** What asks for the proof of a phone; nothing for the present one, unless a change put it there and it is unproved. */
async function phoneAsked(scope: Scope, user: User, phone: string | undefined) {
  if (phone === undefined || (phone === user.phone && isTrusted(user, "phone"))) return {};
  if (await isPhoneTaken(scope, phone, user.id)) throw takenRefusal("phone");
  return phoneRequest(scope, user.id, phone);
}

const confirmPhone = route({
  method: "post",
  path: "/api/v1/auth/phone/confirm",
  tag,
  summary: "Take the new phone, with the code that was sent to it",
  access: "signedIn",
  body: z.object({ code: string({ max: 10 }) }),
  answers: { 200: Detail },
  async handle({ scope, caller, body }) {
    const result = await confirmPhoneChange(scope, caller.userId, caller.sessionId, body.code);
    if (result === "taken") throw takenRefusal("phone");
    if (result === "wrong") throw invalid({ code: messages.codeWrong });
    return reply(200, { detail: messages.phoneChanged[scope.locale] });
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
  answers: { 200: Detail },
  async handle({ scope, body }) {
    checkNewPassword(body.new_password, body.new_password_confirm);
    await requestResetSms(scope, body.phone, body.new_password);
    return reply(200, { detail: messages.resetRequested[scope.locale] });
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
  answers: { 200: Detail },
  async handle({ scope, body }) {
    checkNewPassword(body.new_password, body.new_password_confirm);
    const code = await checkResetSms(scope, body.phone, body.code);
    if (!code || !(await resetPassword(scope, code, body.new_password)))
      throw invalid({ code: messages.codeWrong });
    return reply(200, { detail: messages.passwordUpdated[scope.locale] });
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
  answers: { 200: z.array(Device) },
  async handle({ scope, caller }) {
    const rows = await listDevices(scope, caller.userId);
    return reply(
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
  answers: { 204: null },
  async handle({ scope, caller, params }) {
    if (!(await endSessions(scope, { userId: caller.userId, sessionId: params.id }))) throw notFound();
    return reply(204, null);
  },
});

const logout = route({
  method: "post",
  path: "/api/v1/auth/logout",
  tag,
  summary: "Sign this device out",
  access: "signedIn",
  answers: { 204: null },
  async handle({ scope, caller }) {
    await endSessions(scope, { userId: caller.userId, sessionId: caller.sessionId });
    return reply(204, null);
  },
});

const deleteProfile = route({
  method: "delete",
  path: profilePath,
  tag,
  summary: "Delete one's own account and everything personal in it",
  access: "signedIn",
  answers: { 204: null },
  async handle({ scope, caller }) {
    if (!(await deleteAccount(scope, caller.userId, { session: caller.sessionId }))) throw notFound();
    return reply(204, null);
  },
});

async function accountWire(scope: Scope, userId: number): Promise<z.input<typeof OwnAccount>> {
  const found = await findProfile(scope, userId);
  if (!found) throw notFound();
  const { user, avatarKey } = found;
  const duty = user.userType === "DRIVER" ? { on_duty: user.onDuty } : {};
  return { ...toAccountWire(scope, user, avatarKey), ...duty };
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
