/** Endpoints and deliveries on the wire. */
import { integer, string } from "../../../platform/http/input/fields.ts";
import { isoTime } from "../../../platform/time.ts";
import { z } from "../../../platform/zod.ts";
import { DELIVERY_STATES } from "../tables.ts";
import type { Delivery, Endpoint } from "./queries.ts";

/** Input fields, for the console too. */
export const endpointFields = {
  url: string({ max: 2048 }).openapi({
    type: "string",
    format: "uri",
    description: "https, port 443, a public host name. Redirects are not followed.",
  }),
  types: z.array(string({ max: 100 })).max(100),
  description: string({ max: 500, blank: true }),
  positionSeconds: integer({ min: 5, max: 86_400 }),
};

export const EndpointWire = z
  .object({
    id: z.number().int(),
    url: z.string(),
    description: z.string(),
    types: z.array(z.string()),
    is_active: z.boolean(),
    position_seconds: z.number().int(),
    owner: z.number().int().nullable(),
    failing_since: z.string().nullable(),
    disabled_at: z.string().nullable(),
    disabled_reason: z.string().nullable().openapi({
      description: "`staff`: by hand; `gone`: it answered 410; `failing`: it accepted nothing for days.",
    }),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .openapi("WebhookEndpoint");

const time = (at: number | null) => (at === null ? null : isoTime(at));

export function toEndpointWire(row: Endpoint): z.input<typeof EndpointWire> {
  return {
    id: row.id,
    url: row.url,
    description: row.description,
    types: [...row.types],
    is_active: row.isActive,
    position_seconds: row.positionSeconds,
    owner: row.ownerId,
    failing_since: time(row.failingSince),
    disabled_at: time(row.disabledAt),
    disabled_reason: row.disabledReason,
    created_at: isoTime(row.createdAt),
    updated_at: isoTime(row.updatedAt),
  };
}

const AttemptWire = z.object({
  at: z.string(),
  took: z.number().int().openapi({ description: "Milliseconds." }),
  status: z.number().int().nullable(),
  error: z.string().nullable(),
  answer: z.string().openapi({ description: "The first 1,024 bytes." }),
});

export const DeliveryWire = z
  .object({
    id: z.number().int(),
    endpoint: z.number().int(),
    message_id: z.string().openapi({ description: "The header `webhook-id`." }),
    type: z.string(),
    subject: z.string(),
    state: z.enum(DELIVERY_STATES),
    body: z
      .object({ type: z.string(), timestamp: z.string(), data: z.unknown() })
      .openapi({ description: "What was sent." }),
    attempts: z.array(AttemptWire),
    next_attempt_at: z
      .string()
      .nullable()
      .openapi({ description: "Null while it waits for another delivery of its subject." }),
    replayed_at: z.string().nullable(),
    created_at: z.string(),
    finished_at: z.string().nullable(),
  })
  .openapi("WebhookDelivery");

export function toDeliveryWire(row: Delivery): z.input<typeof DeliveryWire> {
  return {
    id: row.id,
    endpoint: row.endpointId,
    message_id: row.messageId,
    type: row.type,
    subject: row.subject,
    state: row.state,
    body: { type: row.type, timestamp: isoTime(row.createdAt), data: row.data },
    attempts: row.log.map(({ at, took, status, error, answer }) => ({
      at: isoTime(at),
      took,
      status,
      error,
      answer,
    })),
    next_attempt_at: time(row.nextAt),
    replayed_at: time(row.replayedAt),
    created_at: isoTime(row.createdAt),
    finished_at: time(row.finishedAt),
  };
}
