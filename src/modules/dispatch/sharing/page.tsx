/** The public page of a shared order: a map with the truck and its estimated time of arrival. No personal data. */

import { limited } from "../../../platform/http/input/fields.ts";
import { page } from "../../../platform/http/pages/page.tsx";
import { type Route, route } from "../../../platform/http/route.ts";
import { type Locale, type Text, text } from "../../../platform/http/text.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { z } from "../../../platform/zod.ts";
import type { OrderStatus } from "../orders/rules.ts";
import { findShared, type SharedOrder } from "./queries.ts";
import { toSharedWire } from "./schemas.ts";

const words = {
  title: text("Tow truck", "Эвакуатор"),
  gone: text("This link no longer works", "Ссылка больше не действует"),
  goneMore: text("The link has expired or was closed.", "Срок ссылки истёк, или её закрыли."),
  map: text("Map of the route", "Карта маршрута"),
} satisfies Record<string, Text>;

/** Texts that the page's script shows. */
const SCRIPT_WORDS = {
  PENDING: text("The order is waiting for confirmation", "Заказ ждёт подтверждения"),
  CONFIRMED: text("Looking for a truck", "Ищем эвакуатор"),
  ASSIGNED: text("The truck is on its way to the car", "Эвакуатор едет к автомобилю"),
  IN_PROGRESS: text("The car is on its way", "Автомобиль в пути"),
  COMPLETED: text("The car has arrived", "Автомобиль доставлен"),
  CANCELLED: text("The order was cancelled", "Заказ отменён"),
  eta: text("about {minutes} min", "примерно {minutes} мин"),
  arriving: text("any moment now", "с минуты на минуту"),
  seen: text("position {seconds} s ago", "координаты {seconds} с назад"),
  old: text("position {minutes} min ago", "координаты {minutes} мин назад"),
  offline: text("reconnecting…", "восстанавливаем связь…"),
  pickup: text("Car", "Автомобиль"),
  delivery: text("Destination", "Пункт назначения"),
  truck: text("Tow truck", "Эвакуатор"),
  km: text("km", "км"),
  m: text("m", "м"),
} satisfies Record<OrderStatus | string, Text>;

const params = z.object({ token: limited(100) });

const show = route({
  method: "get",
  path: "/track/:token",
  tag: "Pages",
  summary: "Show a shared order on a map",
  access: "public",
  hidden: true,
  params,
  responses: {},
  async handle({ ctx, params }) {
    const shared = await findShared(ctx, params.token);
    return shared ? mapPage(ctx, params.token, shared) : gonePage(ctx);
  },
});

function mapPage(ctx: RequestContext, token: string, shared: SharedOrder): Response {
  const { locale, runtime } = ctx;
  const tiles = runtime.settings.mapTiles;
  return page(
    {
      title: `${words.title[locale]} · Caravan`,
      locale,
      styles: ["/static/caravan.css", "/static/track.css"],
      scripts: ["/static/track.js"],
      ...(tiles ? { policy: `img-src 'self' data: ${new URL(tiles).origin}` } : {}),
    },
    <main
      class="track"
      data-token={token}
      data-order={JSON.stringify(toSharedWire(shared))}
      data-words={JSON.stringify(inLocale(locale))}
      data-tiles={tiles ?? undefined}
    >
      <svg class="map" role="img" aria-label={words.map[locale]} />
      <section class="sheet" aria-live="polite">
        <h1>
          <span class="status">{SCRIPT_WORDS[shared.status][locale]}</span>
        </h1>
        <p class="eta" />
        <p class="quiet">
          <span>{[words.title[locale], shared.firstName].filter(Boolean).join(" · ")}</span>{" "}
          <span class="seen" />
        </p>
      </section>
    </main>,
  );
}

const inLocale = (locale: Locale) =>
  Object.fromEntries(Object.entries(SCRIPT_WORDS).map(([key, words]) => [key, words[locale]]));

function gonePage({ locale }: RequestContext): Response {
  return page(
    { title: `${words.gone[locale]} · Caravan`, locale, status: 404 },
    <main class="card">
      <h1>{words.gone[locale]}</h1>
      <p>{words.goneMore[locale]}</p>
    </main>,
  );
}

export const sharedPages: readonly Route[] = [show];
