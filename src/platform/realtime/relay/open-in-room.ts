/** The Worker's side: opens a socket in a room's own object, or in the relay that the room names. */
import { TtlCache } from "../../cache.ts";
import type { Runtime } from "../../runtime.ts";
import {
  DIRECTED,
  DIRECTION_HEADER,
  type Direction,
  FOLLOWS_HEADER,
  MISDIRECTED,
  relayAt,
  startOf,
} from "./directions.ts";

/** How long an isolate sends sockets to a room's relays without asking the room, ms: a crowd that comes back would be too much for it. */
const DIRECTION_TTL = 30_000;
/** How many objects are asked before the client has to try again. */
const MOST_TRIES = 6;

/** How many relays a room has, by its name. */
const widths = new TtlCache<string, number>({ ttl: DIRECTION_TTL, size: 5_000 });

export interface Wish {
  readonly room: string;
  readonly userId: number | undefined;
  /** The headers of the upgrade, with the admission. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The answer of the object that took the socket, or refused it. Null: no such kind of room. */
export async function openInRoom(
  { room: roomObject, relay: relayObject }: Pick<Runtime, "room" | "relay">,
  { room, userId, headers }: Wish,
  now: number,
): Promise<Response | null> {
  const stub = roomObject(room);
  if (!stub) return null;
  const start = startOf(userId);
  const width = widths.get(room, now);
  let relay = width === undefined ? null : relayAt(start, width);
  let follows = "";
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const sent = { ...headers, [FOLLOWS_HEADER]: follows };
    const object = relay === null ? stub : relayObject(room, relay);
    const response = await object.fetch(new Request("https://room/", { headers: sent }));
    if (response.status !== MISDIRECTED) return response;
    const direction = directionOf(response);
    if (direction) widths.set(room, direction.of, now);
    else widths.delete(room);
    follows = direction ? DIRECTED : String(relay ?? "");
    relay = direction?.relay ?? null;
  }
  return new Response(null, { status: 503, headers: { "Retry-After": "1" } });
}

function directionOf({ headers }: Response): Direction | null {
  return JSON.parse(headers.get(DIRECTION_HEADER) ?? "null") as Direction | null;
}
