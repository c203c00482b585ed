/** The public page of a shared order: a map with the truck on its way, how long it still needs, and nobody's data. */

import { z } from "@hono/zod-openapi";
import { sql } from "drizzle-orm";
import { sha256 } from "../../../platform/crypto/digest.ts";
import { notFound } from "../../../platform/http/errors.ts";
import { limited } from "../../../platform/http/input/fields.ts";
import { page } from "../../../platform/http/pages/page.tsx";
import { type Route, respond, route } from "../../../platform/http/route.ts";
import { type Locale, type Text, text } from "../../../platform/http/text.ts";
import type { RoomAuthorizer } from "../../../platform/realtime/socket/handshake.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { isoTime } from "../../../platform/time.ts";
import { sharedSocket } from "../live/order.room.ts";
import type { OrderStatus } from "../orders/rules.ts";
import { findShared, type SharedOrder } from "./commands.ts";

const words = {
  title: text("Tow truck", "Эвакуатор"),
  gone: text("This link no longer works", "Ссылка больше не действует"),
  goneMore: text(
    "It has ended, or the order was finished some time ago.",
    "Срок ссылки истёк, или её закрыли.",
  ),
  map: text("Map of the route", "Карта маршрута"),
} satisfies Record<string, Text>;

/** What the page's script says by itself. */
const SPOKEN = {
  PENDING: text("The order is waiting for confirmation", "Заказ ждёт подтверждения"),
  CONFIRMED: text("Looking for a truck", "Ищем эвакуатор"),
  ASSIGNED: text("The truck is on its way to the car", "Эвакуатор едет к автомобилю"),
  IN_PROGRESS: text("The car is on its way", "Автомобиль в пути"),
  COMPLETED: text("The car has arrived", "Автомобиль доставлен"),
  CANCELLED: text("The order was cancelled", "Заказ отменён"),
  eta: text("about {minutes} min", "примерно {minutes} мин"),
  arriving: text("any moment now", "вот-вот"),
  seen: text("position {seconds} s ago", "позиция {seconds} с назад"),
  old: text("position {minutes} min ago", "позиция {minutes} мин назад"),
  offline: text("reconnecting…", "восстанавливаем связь…"),
  pickup: text("Car", "Автомобиль"),
  delivery: text("Destination", "Назначение"),
  truck: text("Tow truck", "Эвакуатор"),
  km: text("km", "км"),
  m: text("m", "м"),
} satisfies Record<OrderStatus | string, Text>;

const Place = z.object({ latitude: z.number(), longitude: z.number() });
const SharedWire = z
  .object({
    status: z.string(),
    pickup: Place.nullable(),
    delivery: Place.nullable(),
    truck: Place.extend({ at: z.string() }).nullable(),
    eta_seconds: z.number().int().nullable(),
    first_name: z.string().nullable(),
    expires_at: z.string(),
  })
  .openapi("SharedOrder");

function toSharedWire(shared: SharedOrder): z.input<typeof SharedWire> {
  const { status, pickup, delivery, truck, eta, firstName, expiresAt } = shared;
  return {
    status,
    pickup,
    delivery,
    truck: truck && { latitude: truck.latitude, longitude: truck.longitude, at: isoTime(truck.at) },
    eta_seconds: eta,
    first_name: firstName,
    expires_at: isoTime(expiresAt),
  };
}

const params = z.object({ token: limited(100) });

const read = route({
  method: "get",
  path: "/api/v1/track/:token",
  tag: "Orders",
  summary: "What whoever has a public link may see",
  access: "public",
  params,
  responses: { 200: SharedWire },
  async handle({ ctx, params }) {
    const shared = await findShared(ctx, params.token);
    if (!shared) throw notFound();
    return respond(200, toSharedWire(shared));
  },
});

const show = route({
  method: "get",
  path: "/track/:token",
  tag: "Pages",
  summary: "Follow a tow truck",
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
          <span class="status">{SPOKEN[shared.status][locale]}</span>
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
  Object.fromEntries(Object.entries(SPOKEN).map(([key, spoken]) => [key, spoken[locale]]));

function gonePage({ locale }: RequestContext): Response {
  return page(
    { title: `${words.gone[locale]} · Caravan`, locale, status: 404 },
    <main class="card">
      <h1>{words.gone[locale]}</h1>
      <p>{words.goneMore[locale]}</p>
    </main>,
  );
}

export const sharedRoutes: readonly Route[] = [read];
export const sharedPages: readonly Route[] = [show];

/** The page's socket: whoever comes is a stranger, and nothing but steps and places is heard. It ends with the link. */
export const sharedAuthorizer: RoomAuthorizer = {
  kind: "track",
  path: "/ws/track/:id",
  document: sharedSocket,
  anonymous: true,
  async authorize(ctx, _caller, token) {
    const [row] = await ctx.db.all<{ orderId: string; expiresAt: number; createdAt: number }>(sql`
      SELECT order_id AS orderId, expires_at AS expiresAt, created_at AS createdAt FROM order_shares
      WHERE token_hash = ${await sha256(token)} AND expires_at > ${ctx.now()}`);
    if (!row) throw notFound();
    const { orderId, expiresAt: until, createdAt: visibleFrom } = row;
    return { room: `order:${orderId}`, readOnly: true, until, visibleFrom };
  },
};
