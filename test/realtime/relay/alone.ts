/** A relay on the storage of a new object, whose clock, room and rights the test controls. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { RelayedHandler, Visibility } from "../../../src/platform/realtime/handler.ts";
import type { Entry } from "../../../src/platform/realtime/log/entry.ts";
import { Relay } from "../../../src/platform/realtime/relay/relay.ts";
import type { Attached } from "../../../src/platform/realtime/relay/rpc.ts";
import type { RoomStub } from "../../../src/platform/realtime/rpc.ts";
import { unique } from "../../harness/api.ts";
import { admit, listen, type World } from "../../harness/realtime/fake-room.ts";

export const EPOCH = "0a0a0a0a";
export const FAR = Date.UTC(2100, 0, 1);
export const FACTS = { room: "event:1", revocations: null, rights: null, retiredUntil: null };
const entry = (seq: number): Entry => ({
  seq,
  at: FAR - 1000 + seq,
  author: 0,
  ref: null,
  kind: "notice",
  body: { text: `${seq}` },
});
export const entriesBetween = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => entry(first + index));

export interface Alone {
  readonly relay: Relay;
  readonly world: Pick<World, "state" | "name"> & { now: number };
  attached: Attached | null;
  page: Entry[] | null;
  rights: Map<number, Visibility | null>;
  readonly calls: string[];
}

/** Runs a test with a relay of its own, attached to a room that has three entries. */
export function withRelay(work: (alone: Alone) => Promise<void>): Promise<void> {
  const name = `event:${unique("relay")}`;
  const stub = env.RELAYS.getByName(`${name}/1`) as unknown as DurableObjectStub;
  return runInDurableObject(stub, async (_, state) => {
    const attached = {
      token: "t",
      epoch: EPOCH,
      head: 3,
      newest: entriesBetween(1, 3),
      oldest: 1,
      latest: [],
      facts: FACTS,
    };
    const alone = {
      world: { state, name, now: FAR },
      attached: attached as Attached | null,
      page: null as Entry[] | null,
      rights: new Map<number, Visibility | null>(),
      calls: [] as string[],
    };
    const room = {
      attachRelay: async () => alone.attached,
      detachRelay: async () => void alone.calls.push("detach"),
      appendFromRelay: async () => ({ ok: false, code: "detached" }),
      readForRelay: async () => alone.page,
    } as unknown as RoomStub;
    const handler: RelayedHandler = {
      isRelayed: true,
      says: {},
      mayWrite: () => null,
      fromDocumented: () => null,
      toDocumented: ({ body }) => String(body.text),
      authenticate: async () => null,
      authorize: async () => alone.rights,
    };
    const surroundings = { clock: () => alone.world.now, mostSockets: () => 2, relaySockets: () => 100 };
    await work(Object.assign(alone, { relay: new Relay(state, handler, () => room, surroundings) }));
  });
}

/** Opens a socket in the relay. */
export const openIn = async ({ relay, world }: Alone, admission = {}) =>
  listen(await relay.connect(admit({ ...world, name: world.name } as World, admission)));
/** The positions among the frames of a socket. */
export const seqsIn = (frames: { t?: string; kind?: string; seq?: number }[]) =>
  frames.filter(({ t }) => t === "entry").map(({ seq }) => seq);
