/**
 * One-click unsubscription (RFC 8058). Mail programs POST to the link of a letter, without cookies or a session; people open
 * it and press the button. Opening it, as scanners do, changes nothing.
 */
import { integer, string } from "../../../platform/http/input/fields.ts";
import { fill } from "../../../platform/http/messages.ts";
import { page } from "../../../platform/http/pages/page.tsx";
import { type Route, route } from "../../../platform/http/route.ts";
import { type Text, text } from "../../../platform/http/text.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { z } from "../../../platform/zod.ts";
import { setWanted } from "../settings/commands.ts";
import { KINDS, type NotificationKind } from "../settings/kinds.ts";
import { findSettings } from "../settings/queries.ts";
import { kindOfLink, type LetterAct } from "./links.ts";

const words = {
  ask: text("No more letters like this?", "Не присылать такие письма?"),
  asked: text(
    "Letters of the kind “{kind}” will end. Letters about your account's security will still come.",
    "Письма вида «{kind}» больше не будут приходить. Письма о безопасности учётной записи приходить будут.",
  ),
  unsubscribe: text("Unsubscribe", "Отписаться"),
  off: text("You get no more such letters", "Такие письма больше не приходят"),
  offMore: text(
    "Letters of the kind “{kind}” are turned off. You can turn them on again here or in the app's settings.",
    "Письма вида «{kind}» отключены. Включить их снова можно здесь или в настройках приложения.",
  ),
  subscribe: text("Turn them on again", "Включить снова"),
  on: text("You get such letters again", "Такие письма снова приходят"),
  onMore: text("Letters of the kind “{kind}” are turned on.", "Письма вида «{kind}» включены."),
  gone: text("This link does not work", "Ссылка не работает"),
  goneMore: text(
    "It may be incomplete, or the account no longer exists.",
    "Возможно, она неполная или учётной записи больше нет.",
  ),
};

const query = z.object({
  person: integer({ min: 1 }),
  kind: string({ max: 50 }),
  signature: string({ max: 200 }),
});
type Link = z.output<typeof query>;

interface Button {
  readonly label: Text;
  readonly act: LetterAct;
}

const pathOf = (act: LetterAct, { person, kind, signature }: Link) =>
  `/letters/${act}?${new URLSearchParams({ person: String(person), kind, signature })}`;

function card(ctx: RequestContext, title: Text, body: Text, link?: Link, button?: Button): Response {
  const { locale } = ctx;
  return page(
    { title: `${title[locale]} · Caravan`, locale, status: link ? 200 : 404 },
    <main class="card">
      <h1>{title[locale]}</h1>
      <p>{body[locale]}</p>
      {link && button ? (
        <form method="post" action={pathOf(button.act, link)}>
          <button type="submit">{button.label[locale]}</button>
        </form>
      ) : null}
    </main>,
  );
}

const gone = (ctx: RequestContext) => card(ctx, words.gone, words.goneMore);

const named = (words: Text, kind: NotificationKind): Text => ({
  en: fill(words, { kind: KINDS[kind].label.en }).en,
  ru: fill(words, { kind: KINDS[kind].label.ru }).ru,
});

const offPage = (ctx: RequestContext, link: Link, kind: NotificationKind) =>
  card(ctx, words.off, named(words.offMore, kind), link, { label: words.subscribe, act: "subscribe" });

/** The kind of a valid link and whether its letters are wanted; null for an invalid link or a deleted account. */
async function opened(ctx: RequestContext, link: Link) {
  const kind = await kindOfLink(ctx, link);
  const settings = kind && (await findSettings(ctx, link.person));
  return kind && settings ? { kind, wanted: settings.chosen[kind]?.email !== false } : null;
}

const linked = { tag: "Pages", access: "public", hidden: true, query, responses: {} } as const;

const ask = route({
  ...linked,
  method: "get",
  path: "/letters/unsubscribe",
  summary: "Ask whether to end letters of one kind",
  async handle({ ctx, query: link }) {
    const found = await opened(ctx, link);
    if (!found) return gone(ctx);
    if (!found.wanted) return offPage(ctx, link, found.kind);
    return card(ctx, words.ask, named(words.asked, found.kind), link, {
      label: words.unsubscribe,
      act: "unsubscribe",
    });
  },
});

/** The body (`List-Unsubscribe=One-Click`) is not read: the signed link says everything. */
const turn = (act: LetterAct, summary: string, wanted: boolean) =>
  route({
    ...linked,
    method: "post",
    path: `/letters/${act}`,
    summary,
    async handle({ ctx, query: link }) {
      const found = await opened(ctx, link);
      if (!found) return gone(ctx);
      if (found.wanted !== wanted) await setWanted(ctx, link.person, found.kind, "email", wanted);
      return wanted
        ? card(ctx, words.on, named(words.onMore, found.kind), link)
        : offPage(ctx, link, found.kind);
    },
  });

export const letterPages: readonly Route[] = [
  ask,
  turn("unsubscribe", "End letters of one kind", false),
  turn("subscribe", "Get letters of one kind again", true),
];
