/** Wire shapes of requests to take part in an event. */

import { keyField } from "../../../platform/http/input/strict-fields.ts";
import { isoTime } from "../../../platform/time.ts";
import { z } from "../../../platform/zod.ts";
import type { ParticipationRequest } from "./queries.ts";

export const NewParticipation = z.object({ event: keyField() }).openapi("NewParticipation");

export const ParticipationWire = z
  .object({
    id: z.number().int(),
    status: z.enum(["Pending", "Accepted", "Declined"]),
    created_at: z.string(),
    updated_at: z.string(),
    from_user: z.number().int(),
    event: z.number().int(),
    processed_by: z.number().int().nullable(),
    waiting: z
      .boolean()
      .openapi({ description: "The event is full and the request is on the waiting list." }),
  })
  .openapi("Participation");

export function toParticipationWire(request: ParticipationRequest): z.input<typeof ParticipationWire> {
  return {
    id: request.id,
    status: request.status,
    created_at: isoTime(request.createdAt),
    updated_at: isoTime(request.updatedAt),
    from_user: request.userId,
    event: request.eventId,
    processed_by: request.processedBy,
    waiting: request.isWaiting,
  };
}
