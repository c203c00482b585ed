/** Routes of password resets by phone, as the Tow Truck clients call them. */

import { invalid } from "../../../platform/http/errors.ts";
import { secret, string } from "../../../platform/http/input/fields.ts";
import { type Route, respond, route } from "../../../platform/http/route.ts";
import { z } from "../../../platform/zod.ts";
import { messages } from "../messages.ts";
import { requireStrong } from "../refusals.ts";
import { Detail, phone } from "../schemas.ts";
import { resetPassword } from "./password-reset.ts";
import { checkResetSms, requestResetSms } from "./phone-reset.ts";

const tag = "Accounts";

const passwordReset = route({
  method: "post",
  path: "/api/v1/auth/password/reset",
  tag,
  summary: "Request a password reset by phone",
  description:
    "Sends the phone a code and a link. `new_password` takes effect when the code is entered on the linked page or sent to `confirm/`. The answer is the same for every phone.",
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

export const phoneResetRoutes: readonly Route[] = [passwordReset, passwordResetConfirm];
