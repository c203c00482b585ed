/** Pages behind mailed links: confirm an address, choose a new password. They work without scripts. */

import { isOperator } from "../../../platform/http/caller.ts";
import { limited } from "../../../platform/http/input/fields.ts";
import { type Route, route } from "../../../platform/http/route.ts";
import type { Text } from "../../../platform/http/text.ts";
import { text } from "../../../platform/http/text.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { z } from "../../../platform/zod.ts";
import { findUser } from "../accounts/queries.ts";
import { messages } from "../messages.ts";
import { checkResetLink, resetPassword } from "../recovery/password-reset.ts";
import { checkEmailLink, confirmEmail } from "../recovery/verification.ts";
import { DEFAULT_POLICY, weaknesses } from "../rules.ts";
import { card, confirmationPage, deadLinkPage, passwordChangedPage } from "./cards.tsx";
import { contactPages } from "./contact-links.tsx";

const words = {
  confirmTitle: text("Confirm your address", "Подтвердите адрес"),
  confirmMore: text(
    "Press the button to confirm that this address is yours.",
    "Нажмите кнопку, чтобы подтвердить, что это ваш адрес.",
  ),
  confirm: text("Confirm the address", "Подтвердить адрес"),
  confirmed: text("Your address is confirmed", "Адрес подтверждён"),
  confirmedMore: text(
    "You can close this page and go back to the app.",
    "Закройте страницу и вернитесь в приложение.",
  ),
  chooseTitle: text("Choose a new password", "Новый пароль"),
  password: text("New password", "Новый пароль"),
  again: text("Repeat the password", "Повторите пароль"),
  save: text("Save the password", "Сохранить пароль"),
} satisfies Record<string, Text>;

const confirmPath = "/account-confirm-email/:key";
const confirmParams = z.object({ key: limited(500) });

/** A GET confirms nothing, because mail scanners open links too. */
const confirmPage = route({
  method: "get",
  path: confirmPath,
  tag: "Pages",
  summary: "Show the button that confirms an address",
  access: "public",
  hidden: true,
  params: confirmParams,
  responses: {},
  async handle({ ctx, params }) {
    if (!(await checkEmailLink(ctx, params.key))) return deadLinkPage(ctx);
    return confirmationPage(ctx, words.confirmTitle, words.confirmMore, words.confirm);
  },
});

const confirmSubmit = route({
  method: "post",
  path: confirmPath,
  tag: "Pages",
  summary: "Confirm an address",
  access: "public",
  hidden: true,
  params: confirmParams,
  responses: {},
  async handle({ ctx, params }) {
    if (!(await confirmEmail(ctx, params.key))) return deadLinkPage(ctx);
    return card(ctx, words.confirmed, <p>{words.confirmedMore[ctx.locale]}</p>);
  },
});

const resetPath = "/password_reset_confirm/:link";

/** `uid-token`: the uid has no hyphen, the token may. */
const resetParams = z.object({
  link: limited(300).regex(/^[0-9a-z]+-.+$/i),
});

function parts(link: string): { uid: string; token: string } {
  const hyphen = link.indexOf("-");
  return { uid: link.slice(0, hyphen), token: link.slice(hyphen + 1) };
}

function resetForm(ctx: RequestContext, faults: readonly Text[], status = 200): Response {
  const { locale } = ctx;
  return card(
    ctx,
    words.chooseTitle,
    <form method="post">
      {faults.map((fault) => (
        <p class="fault" role="alert">
          {fault[locale]}
        </p>
      ))}
      <label>
        {words.password[locale]}
        <input type="password" name="new_password1" autocomplete="new-password" required minlength={8} />
      </label>
      <label>
        {words.again[locale]}
        <input type="password" name="new_password2" autocomplete="new-password" required minlength={8} />
      </label>
      <button type="submit">{words.save[locale]}</button>
    </form>,
    status,
  );
}

const resetPage = route({
  method: "get",
  path: resetPath,
  tag: "Pages",
  summary: "Show the form for a new password",
  access: "public",
  hidden: true,
  params: resetParams,
  responses: {},
  async handle({ ctx, params }) {
    const { uid, token } = parts(params.link);
    return (await checkResetLink(ctx, uid, token)) ? resetForm(ctx, []) : deadLinkPage(ctx);
  },
});

const resetSubmit = route({
  method: "post",
  path: resetPath,
  tag: "Pages",
  summary: "Save the new password",
  access: "public",
  hidden: true,
  params: resetParams,
  body: z.object({
    new_password1: limited(255).catch(""),
    new_password2: limited(255).catch(""),
  }),
  responses: {},
  async handle({ ctx, params, body }) {
    const { uid, token } = parts(params.link);
    const code = await checkResetLink(ctx, uid, token);
    if (!code) return deadLinkPage(ctx);
    const user = await findUser(ctx, code.userId);
    const attributes = [
      { name: messages.username, value: user?.username },
      { name: messages.emailAddress, value: user?.email },
    ];
    const faults = [
      ...(body.new_password1 === body.new_password2 ? [] : [messages.passwordMismatch]),
      ...weaknesses(body.new_password1, { ...DEFAULT_POLICY, attributes }),
    ];
    if (faults.length > 0) return resetForm(ctx, faults, 400);
    if (!(await resetPassword(ctx, code, body.new_password1))) return deadLinkPage(ctx);
    return passwordChangedPage(ctx, user !== null && isOperator(user));
  },
});

export const linkRoutes: readonly Route[] = [
  confirmPage,
  confirmSubmit,
  resetPage,
  resetSubmit,
  ...contactPages,
];
