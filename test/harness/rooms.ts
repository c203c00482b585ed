/** Event rooms for tests: created through the API, and read from the object and from D1. */
import { runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { SignJWT } from "jose";
import { runtimeOf } from "../../src/env.ts";
import { type Person, post, rows } from "./api.ts";
import { connectNative, type Socket } from "./socket.ts";

export interface EventRoomHandle {
  readonly id: number;
  readonly uuid: string;
  readonly name: string;
  readonly path: string;
  readonly stub: ReturnType<typeof env.EVENT_ROOMS.getByName>;
}

/** Creates an event; its room has one entry, the notice of the creation. */
export async function makeRoom(owner: Person, participants: string[] = []): Promise<EventRoomHandle> {
  const { status, body } = await post(
    "/api/events/",
    {
      name: "Ride",
      starting_time: "2031-01-01T10:00Z",
      end_time: "2031-01-01T11:00Z",
      location: "Bridge",
      participants,
    },
    { token: owner.token },
  );
  if (status !== 201) throw new Error(`event: ${status} ${JSON.stringify(body)}`);
  const [row] = await rows<{ id: number }>("SELECT id FROM events WHERE uuid = ?", body.id);
  if (!row) throw new Error("the event was not stored");
  const name = `event:${row.id}`;
  return {
    id: row.id,
    uuid: body.id,
    name,
    path: `/ws/events/${body.id}/`,
    stub: env.EVENT_ROOMS.getByName(name),
  };
}

export interface Stored {
  readonly seq: number;
  readonly at: number;
  readonly author: number;
  readonly ref: string | null;
  readonly kind: string;
  readonly body: string;
}

/** The entries in the object's own storage. */
export function journalOf(room: EventRoomHandle): Promise<Stored[]> {
  return runInDurableObject(room.stub, (_, state) => {
    const tables = state.storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'entries'").toArray();
    if (tables.length === 0) return [];
    return state.storage.sql.exec("SELECT * FROM entries ORDER BY seq").toArray() as unknown as Stored[];
  });
}

/** The room's entries in D1. */
export function archiveOf(room: EventRoomHandle) {
  return rows<{ seq: number; epoch: string; author_id: number | null; kind: string; body: string }>(
    "SELECT seq, epoch, author_id, kind, body FROM event_entries WHERE event_id = ? ORDER BY seq",
    room.id,
  );
}

/** Waits until a condition holds; fails after `patience` ms. */
export async function until(
  holds: () => unknown | Promise<unknown>,
  patience = 5000,
  what = "it never became so",
): Promise<void> {
  const end = Date.now() + patience;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(what);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Opens a native socket and takes its welcome. */
export async function authorize(room: EventRoomHandle, token?: string, query = ""): Promise<Socket> {
  const socket = await connectNative(`${room.path}${query}`, token);
  await socket.next((frame) => frame.t === "welcome");
  return socket;
}

/** A message frame. */
export const say = (ref: string, text = ref) => ({ t: "say", ref, kind: "message", body: { text } });

/** The entries among the frames that a socket has received, in order. */
export function entriesOf(socket: Socket): { seq: number; by: number | null; ref?: string }[] {
  return socket.frames.filter((frame) => frame?.t === "entry");
}

/** The whole numbers from `first` to `last`. */
export const upTo = (last: number, first = 1) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** Another access token of the same session, with a chosen expiry (epoch ms). */
export async function tokenUntil(person: Person, expiresAt: number): Promise<string> {
  const [, payload = ""] = person.token.split(".");
  const {
    iss,
    aud,
    sub,
    iat: _,
    exp: __,
    ...claims
  } = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
  return new SignJWT(claims)
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setIssuer(iss)
    .setAudience(aud)
    .setSubject(sub)
    .setIssuedAt()
    .setExpirationTime(Math.floor(expiresAt / 1000))
    .setJti(crypto.randomUUID())
    .sign(await runtimeOf(env).keys.hmacKey("access"));
}

/** A hostile client's socket: it never answers a close, and can go on sending. */
export async function connectHalfOpen(path: string, protocols: string[]) {
  const headers = { Upgrade: "websocket", "Sec-WebSocket-Protocol": protocols.join(", ") };
  const { webSocket } = await exports.default.fetch(new Request(`http://caravan.test${path}`, { headers }));
  if (!webSocket) throw new Error("refused");
  const frames: unknown[] = [];
  const closed = new Promise<number>((resolve) => {
    webSocket.addEventListener("close", ({ code }) => resolve(code));
  });
  webSocket.addEventListener("message", ({ data }) => void frames.push(JSON.parse(String(data))));
  webSocket.accept({ allowHalfOpen: true });
  return { frames, closed, send: (frame: unknown) => webSocket.send(JSON.stringify(frame)) };
}
