/** Devices that take pushes, on the wire. */
import { string } from "../../../platform/http/input/fields.ts";
import { isoTime } from "../../../platform/time.ts";
import { z } from "../../../platform/zod.ts";
import { type pushSubscriptions, SERVICES } from "./tables.ts";

export type PushSubscription = typeof pushSubscriptions.$inferSelect;

export const SubscriptionBody = z
  .object({
    service: z.enum(SERVICES).openapi({
      description: "`web`: Web Push, with `endpoint` and `keys`; `fcm` and `apns`: with `token`.",
    }),
    endpoint: string({ max: 2048 })
      .optional()
      .openapi({ type: "string", format: "uri", description: "`PushSubscription.endpoint` of the browser." }),
    keys: z
      .object({ p256dh: string({ max: 200 }), auth: string({ max: 100 }) })
      .optional()
      .openapi({ description: "`PushSubscription.toJSON().keys` of the browser." }),
    token: string({ max: 4096 })
      .optional()
      .openapi({ description: "The token that FCM or APNs gave the app." }),
  })
  .openapi("NewPushSubscription", {
    example: {
      service: "web",
      endpoint: "https://push.example.net/send/dWJzY3JpcHRpb24",
      keys: {
        p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        auth: "BTBZMqHH6r4Tts7J_aSIgg",
      },
    },
  });

export const SubscriptionWire = z
  .object({
    id: z.string(),
    service: z.enum(SERVICES),
    session: z.string().openapi({ description: "The session that it belongs to, and ends with." }),
    current: z.boolean().openapi({ description: "Whether it is of the session that asks." }),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .openapi("PushSubscription");

/** Without the address, which nobody needs to read again. */
export function toSubscriptionWire(
  row: PushSubscription,
  sessionId: string | null,
): z.input<typeof SubscriptionWire> {
  return {
    id: row.id,
    service: row.service,
    session: row.sessionId,
    current: row.sessionId === sessionId,
    created_at: isoTime(row.createdAt),
    updated_at: isoTime(row.updatedAt),
  };
}

export const ServicesWire = z
  .object({
    web: z
      .object({ public_key: z.string() })
      .nullable()
      .openapi({ description: "`applicationServerKey` for `PushManager.subscribe`; null: no Web Push." }),
    fcm: z.boolean(),
    apns: z.boolean(),
  })
  .openapi("PushServices");
