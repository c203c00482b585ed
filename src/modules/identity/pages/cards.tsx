/** The one shape of the pages behind mailed links: a card with a title. They work without a script. */
import type { Child } from "hono/jsx";
import { page } from "../../../platform/http/pages/page.tsx";
import { type Text, text } from "../../../platform/http/text.ts";
import type { RequestContext } from "../../../platform/runtime.ts";

const words = {
  linkDead: text("This link no longer works", "Ссылка больше не действует"),
  linkDeadMore: text(
    "It was used already, or it is too old. Ask the app for a new one.",
    "Её уже использовали, или она устарела. Запросите новую в приложении.",
  ),
  changed: text("Your password was changed", "Пароль изменён"),
  changedMore: text(
    "Every device was signed out. Sign in with the new password.",
    "Все устройства вышли из системы. Войдите с новым паролем.",
  ),
} satisfies Record<string, Text>;

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

/** A page whose button does what the link is for. */
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

export const passwordChangedPage = (ctx: RequestContext) =>
  card(ctx, words.changed, <p>{words.changedMore[ctx.locale]}</p>);
