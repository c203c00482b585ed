/** `GET /api/admin/rooms/health/`: the health of rooms. */
import { type Route, respond, route } from "../../../platform/http/route.ts";
import { isoTime } from "../../../platform/time.ts";
import { z } from "../../../platform/zod.ts";
import { requireResource } from "../catalogue.ts";
import { countRooms, type ExaminedRoom, examineRooms, ROOM_KINDS } from "./health.ts";

const count = z.number().int();

const RoomsWire = z
  .object({
    kinds: z.array(
      z.object({
        kind: z.string(),
        rooms: count,
        more: z.boolean().openapi({ description: "There are at least so many." }),
      }),
    ),
    rooms: z.array(
      z.object({
        name: z.string(),
        health: z
          .object({
            sockets: count,
            subscribers: count,
            entries: count,
            waiting: count.openapi({ description: "Entries that are not archived yet." }),
            waits_since: z.string().nullable(),
          })
          .nullable()
          .openapi({ description: "Null when the room did not answer." }),
      }),
    ),
  })
  .openapi("AdminRooms");

function roomWire({ name, health }: ExaminedRoom): z.input<typeof RoomsWire>["rooms"][number] {
  if (!health) return { name, health: null };
  const { sockets, subscribers, head, waiting, waitsSince } = health;
  const since = waitsSince === null ? null : isoTime(waitsSince);
  return { name, health: { sockets, subscribers, entries: head, waiting, waits_since: since } };
}

export const roomsRoute: Route = route({
  method: "get",
  path: "/api/admin/rooms/health",
  tag: "Admin",
  summary: "Read how many rooms there are, and the state of some",
  description:
    "Rooms in which something happened within two days are counted. The operators' room and the twenty that were noted last, of one `kind` or of all, are asked for their sockets and for what their archive still has to copy; those that wait longest come first.",
  access: "operator",
  right: "rooms:read",
  query: z.object({ kind: z.enum(ROOM_KINDS).optional() }),
  responses: { 200: RoomsWire },
  async handle({ ctx, caller, query: { kind = null } }) {
    requireResource(caller, "rooms", "read");
    const [kinds, rooms] = await Promise.all([countRooms(ctx), examineRooms(ctx, kind)]);
    return respond(200, { kinds, rooms: rooms.map(roomWire) });
  },
});
