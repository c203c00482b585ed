/** Layout of the pages behind links in messages: a card with a title. The pages work without scripts. */
import type { Child } from "hono/jsx";
import { page } from "../../../platform/http/pages/page.tsx";
import { type Text, text } from "../../../platform/http/text.ts";
import type { RequestContext } from "../../../platform/runtime.ts";

const words = {
  linkDead: text("This link no longer works", "Ссылка больше не действует"),
  linkDeadMore: text(
    "It was already used or has expired. Request a new one in the app.",
    "Её уже использовали, или она устарела. Запросите новую в приложении.",
  ),
  changed: text("Your password was changed", "Пароль изменён"),
  changedMore: text(
    "Every device was signed out. Sign in with the new password.",
    "Все устройства вышли из системы. Войдите с новым паролем.",
  ),
  openConsole: text("Sign in to the staff console", "Войти в консоль сотрудника"),
} satisfies Record<string, Text>;

/** A page that shows one card. */
export function card(ctx: RequestContext, title: Text, body: Child, status = 200): Response {
  const { locale } = ctx;
  return page(
    { title: `${title[locale]} · Caravan`, locale, status },
    <main class="card">
      <h1>{title[locale]}</h1>
      {body}
    </main>,
  );
}

/** A page with a button that performs the link's action. */
export function confirmationPage(ctx: RequestContext, title: Text, more: Text, button: Text): Response {
  const { locale } = ctx;
  return card(
    ctx,
    title,
    <form method="post">
      <p>{more[locale]}</p>
      <button type="submit">{button[locale]}</button>
    </form>,
  );
}

export const deadLinkPage = (ctx: RequestContext) =>
  card(ctx, words.linkDead, <p>{words.linkDeadMore[ctx.locale]}</p>, 404);

/** `toConsole`: the account may use the staff console, so the page leads there. */
export const passwordChangedPage = (ctx: RequestContext, toConsole = false) =>
  card(
    ctx,
    words.changed,
    <>
      <p>{words.changedMore[ctx.locale]}</p>
      {toConsole ? (
        <p>
          <a href="/admin/">{words.openConsole[ctx.locale]}</a>
        </p>
      ) : null}
    </>,
  );
