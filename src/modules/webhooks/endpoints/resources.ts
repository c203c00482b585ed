/** Console resources for endpoints and deliveries. */
import { sql } from "drizzle-orm";
import { belowQuota, quotaRefusal } from "../../../platform/db/quota.ts";
import { refuse } from "../../../platform/http/errors.ts";
import { boolean } from "../../../platform/http/input/fields.ts";
import { fill } from "../../../platform/http/messages.ts";
import { text } from "../../../platform/http/text.ts";
import { idInput } from "../../../platform/resources/inputs.ts";
import {
  ALL,
  type Change,
  type Consequences,
  field,
  NOTHING,
  READ,
  resource,
} from "../../../platform/resources/resource.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { isoTime } from "../../../platform/time.ts";
import { replayDelivery, sendTest } from "../delivery/replay.ts";
import { newSecret, sealSecret } from "../delivery/signing.ts";
import { texts } from "../messages.ts";
import { mayHear, typesHeardBy } from "../rights.ts";
import { webhookDeliveries, webhookEndpoints } from "../tables.ts";
import { type EventType, TYPE_NAMES } from "../types.ts";
import { allEndpoints, type EndpointInput, endpointColumns, revealSecret, rotateSecret } from "./commands.ts";
import { endpointFields } from "./schemas.ts";

const state = text("State", "Состояние");
const created = text("Created", "Создано");

const endpointResource = resource({
  name: "webhook-endpoints",
  subject: "webhook_endpoint",
  label: text("Webhooks", "Вебхуки"),
  group: "system",
  table: webhookEndpoints,
  key: [webhookEndpoints.id],
  title: "url",
  fields: {
    url: field.text(webhookEndpoints.url, text("Address", "Адрес"), { input: endpointFields.url }),
    description: field.text(webhookEndpoints.description, text("Description", "Описание"), {
      input: endpointFields.description.optional(),
    }),
    types: field.json(webhookEndpoints.types, text("Events", "События"), {
      input: endpointFields.types,
      options: TYPE_NAMES,
      list: false,
    }),
    is_active: field.boolean(webhookEndpoints.isActive, text("On", "Включён"), {
      input: boolean().optional(),
    }),
    position_seconds: field.integer(
      webhookEndpoints.positionSeconds,
      text("Time between positions", "Время между положениями"),
      {
        unit: "second",
        input: endpointFields.positionSeconds.optional(),
        list: false,
        initial: ({ settings }) => settings.webhooks.positionSeconds,
      },
    ),
    owner: field.reference("users", webhookEndpoints.ownerId, text("Owner", "Ответственный"), {
      input: idInput().nullable().optional(),
      initial: (_, caller) => caller.userId,
    }),
    failing_since: field.instant(webhookEndpoints.failingSince, text("Failing since", "Не принимает с")),
    disabled_at: field.instant(webhookEndpoints.disabledAt, text("Switched off", "Отключён"), {
      list: false,
    }),
    disabled_reason: field.choice(webhookEndpoints.disabledReason, text("Why", "Почему"), { list: false }),
    former_until: field.instant(
      webhookEndpoints.formerUntil,
      text("Former secret signs until", "Прежний ключ подписывает до"),
      { list: false },
    ),
    created_at: field.instant(webhookEndpoints.createdAt, created, { list: false }),
    updated_at: field.instant(webhookEndpoints.updatedAt, text("Changed", "Изменено"), { list: false }),
  },
  search: [webhookEndpoints.url, webhookEndpoints.description],
  filters: ["is_active", "owner"],
  sort: { field: "id", order: "asc" },
  rights: { operator: NOTHING, staff: ALL },
  tabs: [{ resource: "webhook-deliveries", target: "endpoint", label: text("Deliveries", "Отправки") }],
  consequences: endpointConsequences,
  actions: {
    test: {
      label: text("Send a test event", "Отправить проверочное событие"),
      roles: ["staff"],
      run: async (ctx, _, { id }) => {
        const { messageId } = await sendTest(ctx, Number(id));
        return { message_id: messageId };
      },
    },
    secret: {
      label: text("Show the secret", "Показать ключ"),
      confirm: text("Show the secret that signs requests?", "Показать ключ, которым подписаны запросы?"),
      keep: text("Keep it hidden", "Не показывать"),
      roles: ["staff"],
      run: async (ctx, caller, { id }) => ({ secret: await revealSecret(ctx, caller, Number(id)) }),
    },
    rotate: {
      label: text("New secret", "Новый ключ"),
      confirm: text(
        "Make a new secret? For a day, requests are signed with both.",
        "Создать новый ключ? Сутки запросы будут подписаны обоими.",
      ),
      roles: ["staff"],
      run: async (ctx, caller, { id }) => {
        const { secret, formerUntil } = await rotateSecret(ctx, caller, Number(id));
        return { secret, former_secret_until: isoTime(formerUntil) };
      },
    },
  },
});

/** The same checks as the API's; a new endpoint gets its secret, and the one who makes it looks after it. */
async function endpointConsequences(
  ctx: RequestContext,
  { caller, before, values }: Change,
): Promise<Consequences> {
  const given = {
    url: values.url,
    types: values.types,
    isActive: values.is_active,
    ownerId: values.owner,
  } as Partial<EndpointInput>;
  const told = (values.types ?? before?.row.types ?? []) as readonly EventType[];
  const unheard = told.find((type) => TYPE_NAMES.includes(type) && !mayHear(caller, type));
  if (unheard !== undefined) throw refuse(403, fill(texts.unheard, { type: unheard }));
  if (before) return { set: await endpointColumns(ctx, { isActive: before.row.is_active === true }, given) };
  const set = await endpointColumns(ctx, null, given);
  return {
    room: {
      condition: belowQuota(ctx, "webhookEndpoints", allEndpoints),
      refusal: quotaRefusal(ctx, "webhookEndpoints"),
    },
    set: {
      ...set,
      secret: await sealSecret(ctx, newSecret()),
      positionSeconds: values.position_seconds ?? ctx.runtime.settings.webhooks.positionSeconds,
      ownerId: values.owner ?? caller.userId,
    },
  };
}

const lastAttempt = (part: string) => sql.raw(`(webhook_deliveries.log ->> '$[#-1].${part}')`);

const deliveryResource = resource({
  name: "webhook-deliveries",
  subject: "webhook_delivery",
  label: text("Webhook deliveries", "Отправки вебхуков"),
  group: "system",
  table: webhookDeliveries,
  key: [webhookDeliveries.id],
  title: "message_id",
  fields: {
    endpoint: field.reference("webhook-endpoints", webhookDeliveries.endpointId, text("Webhook", "Вебхук")),
    type: field.text(webhookDeliveries.type, text("Event", "Событие"), { coded: true }),
    subject: field.text(webhookDeliveries.subject, text("About", "О чём")),
    state: field.choice(webhookDeliveries.state, state),
    attempts: field.integer(webhookDeliveries.attempts, text("Attempts", "Попыток")),
    status: field.integer(lastAttempt("status"), text("Answered", "Ответ")),
    error: field.text(lastAttempt("error"), text("Error", "Ошибка"), { list: false }),
    next_at: field.instant(webhookDeliveries.nextAt, text("Next attempt", "Следующая попытка")),
    message_id: field.text(webhookDeliveries.messageId, text("Id", "Номер"), { list: false }),
    data: field.json(webhookDeliveries.data, text("Sent", "Отправлено"), { list: false }),
    log: field.json(webhookDeliveries.log, text("Attempts and answers", "Попытки и ответы"), { list: false }),
    created_at: field.instant(webhookDeliveries.createdAt, created),
    finished_at: field.instant(webhookDeliveries.finishedAt, text("Finished", "Завершено"), { list: false }),
    replayed_at: field.instant(webhookDeliveries.replayedAt, text("Sent again", "Отправлено снова"), {
      list: false,
    }),
  },
  search: [webhookDeliveries.subject, webhookDeliveries.messageId],
  filters: ["endpoint", "state", "type", "created_at"],
  // Ids are in the order of the commits.
  sort: { field: "id", order: "desc" },
  rights: { operator: NOTHING, staff: READ },
  readable: (caller) =>
    caller.rights
      ? sql`${webhookDeliveries.type} IN (SELECT value FROM json_each(${JSON.stringify(typesHeardBy(caller))}))`
      : undefined,
  actions: {
    replay: {
      label: text("Send again", "Отправить снова"),
      roles: ["staff"],
      bulk: true,
      run: async (ctx, caller, { id }) => {
        await replayDelivery(ctx, caller, Number(id));
        return null;
      },
    },
  },
});

export const webhookResources = [endpointResource, deliveryResource];
