/** Rooms used lately as a resource. Their health is asked of the rooms themselves (`health.ts`). */
import { sql } from "drizzle-orm";
import { rooms } from "../../../platform/db/tables.ts";
import { text } from "../../../platform/http/text.ts";
import { isOfKind } from "../../../platform/realtime/log/noted-rooms.ts";
import { field, NOTHING, READ, resource } from "../../../platform/resources/resource.ts";
import { z } from "../../../platform/zod.ts";
import { ROOM_KINDS } from "./health.ts";

const kind = text("Kind", "Вид");

export const roomResource = resource({
  name: "rooms",
  subject: "room",
  label: text("Rooms", "Комнаты"),
  group: "system",
  table: rooms,
  key: [rooms.name],
  title: "name",
  fields: {
    name: field.text(rooms.name, text("Name", "Название")),
    kind: field.text(sql`substr(rooms.name, 1, instr(rooms.name, ':') - 1)`, kind, { coded: true }),
    seen_at: field.instant(rooms.seenAt, text("Noted, once a day", "Отмечена, раз в день")),
  },
  search: [rooms.name],
  filters: [
    {
      name: "kind",
      type: "enum",
      options: ROOM_KINDS,
      label: kind,
      parse: z.enum(ROOM_KINDS),
      when: (name: string) => isOfKind(name),
    },
    "seen_at",
  ],
  sort: { field: "seen_at", order: "desc" },
  rights: { operator: NOTHING, staff: READ },
});
