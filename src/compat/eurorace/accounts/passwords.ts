/** Eurorace's password routes: change it, or reset it by mail. */

import {
  checkResetLink,
  findUser,
  identityMessages,
  isEmail,
  requestResetLink,
  resetPassword,
  verifyOwnPassword,
  weaknesses,
} from "../../../modules/identity/index.ts";
import { invalid } from "../../../platform/http/errors.ts";
import { secret, string } from "../../../platform/http/input/fields.ts";
import { messages } from "../../../platform/http/messages.ts";
import { type Route, respond, route } from "../../../platform/http/route.ts";
import { literal, text } from "../../../platform/http/text.ts";
import { z } from "../../../platform/zod.ts";
import { applyChange, challenge, Detail, ownUser, policyFor, tag } from "./shared.ts";

const INVALID_VALUE = literal("Invalid value");
/** The original prints this message with a typographic apostrophe. */
const MISMATCH_ON_CHANGE = text("The two password fields didn’t match.", "Введенные пароли не совпадают.");

const NewPassword = { new_password1: secret(), new_password2: secret() };

/** Checks a new password. Its errors are under `new_password2`, where this app reads them. */
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
  summary: "Change your password",
  description: "The calling key stays valid; every other device is signed out.",
  access: "signedIn",
  challenge,
  body: z.object({ old_password: secret(), ...NewPassword }),
  responses: { 200: Detail },
  async handle({ ctx, caller, body }) {
    const user = await ownUser(ctx, caller);
    requireNewPassword(body, user);
    if (!(await verifyOwnPassword(ctx, user, caller, body.old_password)))
      throw invalid({ old_password: identityMessages.passwordWrong });
    await applyChange(ctx, caller, { password: body.new_password1 });
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

export const passwordRoutes: readonly Route[] = [changePassword, requestReset, confirmReset];
