/** Seeded random frames to every documented socket, in both dialects. */
import { sockets } from "../authorization/sockets.ts";
import { newPerson, ROLES } from "../authorization/world.ts";
import { dial, type Socket } from "../harness/socket.ts";
import { resolve } from "../http/references.ts";
import { type RandomSource, type Shape, Values } from "./values.ts";

interface Message {
  readonly payload: Shape;
}

export interface SocketDocument {
  readonly channels: Readonly<
    Record<
      string,
      { readonly address: string; readonly messages: Readonly<Record<string, Message | { $ref: string }>> }
    >
  >;
}

export interface FrameOutcome {
  readonly sent: number;
  /** A refusal of 500 or more, and a socket that answers neither a frame nor the ping after it. */
  readonly faults: string[];
}

/** Frames on one socket before the next is opened. */
const ROUND = 6;
const PATIENCE = 10_000;

/** Sends random frames to every documented socket; returns the faults found and how many frames were sent. */
export async function fuzzFrames(
  document: SocketDocument,
  random: RandomSource,
  count: number,
): Promise<FrameOutcome> {
  const faults: string[] = [];
  const values = new Values(random, {});
  const rows = Object.entries(sockets);
  let sent = 0;
  for (let at = random.below(rows.length), tries = 0; sent < count && tries < count * 4; at++, tries++) {
    const [name, row] = rows[at % rows.length] as (typeof rows)[number];
    const pattern = name.split(" ")[0]?.replace(/:(\w+)/g, "{$1}");
    const channel = Object.values(document.channels).find(({ address }) => address === `${pattern}/`);
    const owner = await newPerson("owner");
    const { path = "" } = (await row.ask?.(owner)) ?? {};
    const role = random.one(ROLES);
    const token =
      role === "anonymous" ? null : random.chance(0.7) ? owner.token : (await newPerson(role)).token;
    const native = random.chance(0.7);
    const protocols = [...(native ? ["caravan.v1"] : []), ...(token ? [`auth.${token}`] : [])];
    const query = random.chance(0.2) ? `?since=${random.one(["0", "1", "-1", "x", "9".repeat(15)])}` : "";
    const opened = await dial(`${path}${query}`, { protocols });
    if ("refusal" in opened) {
      const { status } = opened.refusal;
      if (status >= 500) faults.push(`${path}${query}: ${status} ${await opened.refusal.text()}`);
      continue;
    }
    for (let turn = 0; turn < ROUND && sent < count; turn++, sent++)
      opened.socket.send(frameOf(values, messagesOf(document, channel?.messages), native));
    if (!(await alive(opened.socket, native)))
      faults.push(`${path}: neither a pong nor a close after its frames`);
    opened.socket.close();
  }
  return { sent, faults };
}

/** A native socket answers pings; any socket may be closed for bad frames. A documented one answers in its own time. */
async function alive(socket: Socket, native: boolean): Promise<boolean> {
  if (!native) return true;
  socket.send('{"t":"ping"}');
  const pong = socket
    .next(({ t }) => t === "pong", PATIENCE)
    .then(
      () => true,
      () => false,
    );
  return Promise.race([pong, socket.closed.then(() => true)]);
}

/** A channel's messages by name; those that channels share are references. */
function messagesOf(
  document: SocketDocument,
  messages: Readonly<Record<string, Message | { $ref: string }>> = {},
): Readonly<Record<string, Message>> {
  return Object.fromEntries(
    Object.entries(messages).map(([name, message]) => [
      name,
      "$ref" in message ? (resolve(document, message.$ref) as Message) : message,
    ]),
  );
}

function frameOf(values: Values, messages: Readonly<Record<string, Message>>, native: boolean): string {
  const { random } = values;
  if (random.chance(0.08))
    return random.one(["", "{", "null", "[]", "x".repeat(17_000), '{"t":"say"}', "ping"]);
  const names = Object.keys(messages).filter((name) => name.startsWith("documented.") !== native);
  const name = random.one([...names, ...(native ? ["other"] : ["raw"])]);
  if (name === "raw") return JSON.stringify(values.anything()) ?? "";
  // What a room sends is no less a frame to try: as something to say, and as it is.
  const frame = values.of(messages[name]?.payload);
  if (typeof frame !== "object" || frame === null || !random.chance(0.5)) return JSON.stringify(frame) ?? "";
  return JSON.stringify(native ? { ...frame, t: "say" } : frame);
}
