/** The pages behind mailed links: an address confirmed, a new password chosen. They work without a script. */

import { z } from "@hono/zod-openapi";
import type { Child } from "hono/jsx";
import { limited } from "../../platform/http/fields.ts";
import { page } from "../../platform/http/page.tsx";
import { type Route, route } from "../../platform/http/route.ts";
import type { Text } from "../../platform/http/text.ts";
import { text } from "../../platform/http/text.ts";
import type { Scope } from "../../platform/runtime.ts";
import { messages } from "./messages.ts";
import { findUser } from "./people.ts";
import { checkResetLink, confirmEmail, resetPassword } from "./recovery.ts";
import { DEFAULT_POLICY, weaknesses } from "./rules.ts";

const words = {
  confirmed: text("Your address is confirmed", "Адрес подтверждён"),
  confirmedMore: text(
    "You can close this page and go back to the app.",
    "Закройте страницу и вернитесь в приложение.",
  ),
  linkDead: text("This link no longer works", "Ссылка больше не действует"),
  linkDeadMore: text(
    "It was used already, or it is too old. Ask the app for a new one.",
    "Её уже использовали, или она устарела. Запросите новую в приложении.",
  ),
  chooseTitle: text("Choose a new password", "Новый пароль"),
  password: text("New password", "Новый пароль"),
  again: text("The same again", "Ещё раз"),
  save: text("Save the password", "Сохранить пароль"),
  changed: text("Your password was changed", "Пароль изменён"),
  changedMore: text(
    "Every device was signed out. Sign in with the new password.",
    "Все устройства вышли из системы. Войдите с новым паролем.",
  ),
} satisfies Record<string, Text>;

function card(scope: Scope, title: Text, body: Child, status = 200): Response {
  const { locale } = scope;
  return page(
    { title: `${title[locale]} · Caravan`, locale, status },
    <main class="card">
      <h1>{title[locale]}</h1>
      {body}
    </main>,
  );
}

const linkIsDead = (scope: Scope) =>
  card(scope, words.linkDead, <p>{words.linkDeadMore[scope.locale]}</p>, 404);

const confirmPage = route({
  method: "get",
  path: "/account-confirm-email/:key",
  tag: "Pages",
  summary: "Confirm an address",
  access: "public",
  hidden: true,
  params: z.object({ key: limited(500) }),
  answers: {},
  async handle({ scope, params, request }) {
    // Scanners of mail look at links with HEAD: that must not use one up before its reader comes.
    const alive = request.method === "HEAD" || (await confirmEmail(scope, params.key));
    if (!alive) return linkIsDead(scope);
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
    return card(scope, words.changed, <p>{words.changedMore[scope.locale]}</p>);
  },
});

export const linkRoutes: readonly Route[] = [confirmPage, resetPage, resetSubmit];
