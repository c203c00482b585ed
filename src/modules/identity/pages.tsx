/** The pages behind mailed links: an address confirmed, a new password chosen. They work without a script. */

import { z } from "@hono/zod-openapi";
import { limited } from "../../platform/http/fields.ts";
import { type Route, route } from "../../platform/http/route.ts";
import type { Text } from "../../platform/http/text.ts";
import { text } from "../../platform/http/text.ts";
import type { Scope } from "../../platform/runtime.ts";
import { askingPage, card, linkIsDead, passwordChanged } from "./cards.tsx";
import { contactPages } from "./contact-pages.tsx";
import { messages } from "./messages.ts";
import { findUser } from "./people.ts";
import { checkEmailLink, checkResetLink, confirmEmail, resetPassword } from "./recovery.ts";
import { DEFAULT_POLICY, weaknesses } from "./rules.ts";

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
  again: text("The same again", "Ещё раз"),
  save: text("Save the password", "Сохранить пароль"),
} satisfies Record<string, Text>;

const confirmPath = "/account-confirm-email/:key";
const confirmParams = z.object({ key: limited(500) });

/** Looking confirms nothing: scanners of mail open links, too. */
const confirmPage = route({
  method: "get",
  path: confirmPath,
  tag: "Pages",
  summary: "Ask to confirm an address",
  access: "public",
  hidden: true,
  params: confirmParams,
  answers: {},
  async handle({ scope, params }) {
    if (!(await checkEmailLink(scope, params.key))) return linkIsDead(scope);
    return askingPage(scope, words.confirmTitle, words.confirmMore, words.confirm);
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
  answers: {},
  async handle({ scope, params }) {
    if (!(await confirmEmail(scope, params.key))) return linkIsDead(scope);
    return card(scope, words.confirmed, <p>{words.confirmedMore[scope.locale]}</p>);
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

function resetForm(scope: Scope, faults: readonly Text[], status = 200): Response {
  const { locale } = scope;
  return card(
    scope,
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
  summary: "Choose a new password",
  access: "public",
  hidden: true,
  params: resetParams,
  answers: {},
  async handle({ scope, params }) {
    const { uid, token } = parts(params.link);
    return (await checkResetLink(scope, uid, token)) ? resetForm(scope, []) : linkIsDead(scope);
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
  answers: {},
  async handle({ scope, params, body }) {
    const { uid, token } = parts(params.link);
    const code = await checkResetLink(scope, uid, token);
    if (!code) return linkIsDead(scope);
    const user = await findUser(scope, code.userId);
    const unlike = [
      { name: messages.username, value: user?.username },
      { name: messages.emailAddress, value: user?.email },
    ];
    const faults = [
      ...(body.new_password1 === body.new_password2 ? [] : [messages.passwordMismatch]),
      ...weaknesses(body.new_password1, { ...DEFAULT_POLICY, unlike }),
    ];
    if (faults.length > 0) return resetForm(scope, faults, 400);
    if (!(await resetPassword(scope, code, body.new_password1))) return linkIsDead(scope);
    return passwordChanged(scope);
  },
});

export const linkRoutes: readonly Route[] = [
  confirmPage,
  confirmSubmit,
  resetPage,
  resetSubmit,
  ...contactPages,
];
