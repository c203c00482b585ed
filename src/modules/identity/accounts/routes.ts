/** Routes of accounts, as the Tow Truck clients call them: register; read, change or delete your account. */

import { invalid, notFound } from "../../../platform/http/errors.ts";
import { string } from "../../../platform/http/input/fields.ts";
import { type Route, respond, route } from "../../../platform/http/route.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { storePicture } from "../../../platform/storage/media.ts";
import { z } from "../../../platform/zod.ts";
import { messages } from "../messages.ts";
import { confirmPhoneChange, phoneRequest } from "../recovery/phone-change.ts";
import { requireStrong, takenRefusal } from "../refusals.ts";
import { isTrusted } from "../rules.ts";
import {
  Account,
  Detail,
  OwnAccount,
  ProfileChange,
  RegisterBody,
  TokensWithAccount,
  toAccountWire,
} from "../schemas.ts";
import { clientProfiles } from "../sessions/sessions.ts";
import { changeAccount, deleteAccount } from "./commands.ts";
import { isPhoneTaken } from "./contacts.ts";
import { findProfile, type User } from "./queries.ts";
import { register } from "./registration.ts";
import { ownAccountWire } from "./visibility.ts";

const tag = "Accounts";

const registration = route({
  method: "post",
  path: "/api/v1/auth/register",
  tag,
  summary: "Register a client or a driver",
  access: "public",
  creates: true,
  body: RegisterBody,
  responses: { 201: z.union([TokensWithAccount, z.object({ user: Account, detail: z.string() })]) },
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

const profilePath = "/api/v1/auth/profile";

const profile = route({
  method: "get",
  path: profilePath,
  tag,
  summary: "Read your account",
  access: "signedIn",
  isSetUp: true,
  responses: { 200: OwnAccount },
  handle: async ({ ctx, caller }) => respond(200, await ownAccountWire(ctx, caller.userId)),
});

/** PUT behaves as PATCH. A new phone takes effect when its code is confirmed; until then the old phone signs in. */
const changeProfile = (method: "put" | "patch") =>
  route({
    method,
    path: profilePath,
    tag,
    summary: "Change your account",
    description: "A new `phone` takes effect at `/api/v1/auth/phone/confirm/`, with the code sent to it.",
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
          timeZone: body.time_zone,
          avatarKey: picture === "" ? undefined : picture,
        },
        { session: caller.sessionId, ...asked },
      );
      if (changed.ok) return respond(200, await ownAccountWire(ctx, userId));
      if (typeof picture === "string" && picture !== "")
        ctx.defer("identity.avatar", ctx.runtime.bucket.delete(picture));
      throw changed.taken === "missing" ? notFound() : takenRefusal(changed.taken);
    },
  });

/** The statements that send a code to the phone; none if it is the current phone and trusted. */
async function phoneAsked(ctx: RequestContext, user: User, phone: string | undefined) {
  if (phone === undefined || (phone === user.phone && isTrusted(user, "phone"))) return {};
  if (await isPhoneTaken(ctx, phone, user.id)) throw takenRefusal("phone");
  return phoneRequest(ctx, user.id, phone);
}

const confirmPhone = route({
  method: "post",
  path: "/api/v1/auth/phone/confirm",
  tag,
  summary: "Confirm the new phone with the code sent to it",
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

const deleteProfile = route({
  method: "delete",
  path: profilePath,
  tag,
  summary: "Delete your account and all its personal data",
  access: "signedIn",
  responses: { 204: null },
  async handle({ ctx, caller }) {
    if (!(await deleteAccount(ctx, caller.userId, { session: caller.sessionId }))) throw notFound();
    return respond(204, null);
  },
});

export const accountRoutes: readonly Route[] = [
  registration,
  profile,
  changeProfile("put"),
  changeProfile("patch"),
  deleteProfile,
  confirmPhone,
];
