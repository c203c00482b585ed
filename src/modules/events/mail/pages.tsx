/** The pages behind the links in event letters: accept being named, or leave. Opening a page changes nothing; its button acts. */

import { integer, string } from "../../../platform/http/input/fields.ts";
import { fill } from "../../../platform/http/messages.ts";
import { page } from "../../../platform/http/pages/page.tsx";
import { type Route, route } from "../../../platform/http/route.ts";
import { type Text, text } from "../../../platform/http/text.ts";
import { uuidIn } from "../../../platform/ids.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { timeBeside, timeIn } from "../../../platform/time-zones.ts";
import { z } from "../../../platform/zod.ts";
import { acceptMembership, leaveEvent } from "../attendance/commands.ts";
import { findStored, type StoredEvent } from "../commands/loading.ts";
import { zoneOf } from "../queries.ts";
import { type MemberAct, opensMembership } from "./links.ts";

const words = {
  accept: {
    title: text("Take part in “{name}”?", "Принять участие в мероприятии «{name}»?"),
    button: text("Accept", "Принять участие"),
    done: text("You take part in “{name}”", "Вы участвуете в мероприятии «{name}»"),
  },
  leave: {
    title: text("Leave “{name}”?", "Выйти из мероприятия «{name}»?"),
    button: text("Leave the event", "Выйти из мероприятия"),
    done: text("You no longer take part in “{name}”", "Вы больше не участвуете в мероприятии «{name}»"),
  },
} satisfies Record<MemberAct, Record<string, Text>>;

const gone = text("You are not in this event", "Вы не участвуете в этом мероприятии");
const goneMore = text(
  "You have left the event, or it no longer exists.",
  "Вы вышли из него, или мероприятия больше нет.",
);
const closing = text("You can close this page.", "Эту страницу можно закрыть.");
const busy = text("Something went wrong", "Сейчас не получилось");
const again = text("Please try again.", "Нажмите кнопку ещё раз.");
const starts = text("Starts: {time}", "Начало: {time}");
const startsBeside = text("Starts: {time}. Your time: {beside}.", "Начало: {time}. У вас: {beside}.");

function card(
  ctx: RequestContext,
  title: Text,
  body: Text,
  status = 200,
  button: Text | null = null,
): Response {
  const { locale } = ctx;
  return page(
    { title: `${title[locale]} · Caravan`, locale, status },
    <main class="card">
      <h1>{title[locale]}</h1>
      <p>{body[locale]}</p>
      {button ? (
        <form method="post">
          <button type="submit">{button[locale]}</button>
        </form>
      ) : null}
    </main>,
  );
}

const params = z.object({ id: string({ max: 100 }) });
const query = z.object({ person: integer({ min: 1 }), signature: string({ max: 200 }) });

/** The event of a valid link; null when the link is invalid or the person is no longer a member. */
async function memberEvent(
  ctx: RequestContext,
  id: string,
  { person, signature }: z.output<typeof query>,
): Promise<StoredEvent | null> {
  const uuid = uuidIn(id);
  if (uuid === null || !(await opensMembership(ctx, uuid, person, signature))) return null;
  const event = await findStored(ctx, { uuid });
  return event?.members.some(({ userId }) => userId === person) ? event : null;
}

/** When the event starts, in its zone and in the reader's. */
function startOf(ctx: RequestContext, event: StoredEvent, readerZone: string | null): string {
  const { locale } = ctx;
  const zone = zoneOf(ctx, event);
  const beside = timeBeside(zone, readerZone, event.startsAt, locale);
  const time = timeIn(zone, event.startsAt, locale);
  return fill(beside === null ? starts : startsBeside, { time, beside: beside ?? "" })[locale];
}

/** The address of a link, for both methods: GET asks, POST acts. */
const linked = (act: MemberAct) => ({
  path: `/events/:id/${act}`,
  tag: "Pages",
  summary: act === "accept" ? "Accept being named in an event" : "Leave an event",
  access: "public" as const,
  hidden: true,
  params,
  query,
  responses: {},
});

/** Shows the question and the button. Changes nothing. */
const askPage = (act: MemberAct) =>
  route({
    ...linked(act),
    method: "get",
    async handle({ ctx, params, query }) {
      const event = await memberEvent(ctx, params.id, query);
      if (!event) return card(ctx, gone, goneMore, 404);
      const { title, button } = words[act];
      const member = event.members.find(({ userId }) => userId === query.person);
      const body = startOf(ctx, event, member?.timeZone ?? null);
      return card(ctx, fill(title, { name: event.name }), { en: body, ru: body }, 200, button);
    },
  });

/** Accepts or leaves, when the button is pressed. */
const actPage = (act: MemberAct) =>
  route({
    ...linked(act),
    method: "post",
    async handle({ ctx, params, query }) {
      const event = await memberEvent(ctx, params.id, query);
      if (!event) return card(ctx, gone, goneMore, 404);
      const result = await perform(ctx, act, query.person, event.id);
      if (result === "missing") return card(ctx, gone, goneMore, 404);
      const { done, button } = words[act];
      if (result === "moved") return card(ctx, busy, again, 409, button);
      return card(ctx, fill(done, { name: event.name }), closing);
    },
  });

async function perform(ctx: RequestContext, act: MemberAct, userId: number, id: number) {
  if (act === "leave") return leaveEvent(ctx, userId, { id });
  return (await acceptMembership(ctx, userId, { id })) ? "done" : "missing";
}

export const eventPages: readonly Route[] = [
  askPage("accept"),
  actPage("accept"),
  askPage("leave"),
  actPage("leave"),
];
