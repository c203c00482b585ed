/** People who watch another person's track, their sockets and subscriptions, and what ends their rights. */
import { connect, connectNative, type Socket } from "../harness/socket.ts";
import { befriend, type Member, member } from "../social/social.ts";
import { allow, eventOf, eventOnNow } from "../tracking/visibility/relations.ts";

export interface Pair {
  readonly owner: Member;
  readonly watcher: Member;
  /** An event that is on and that both take part in by their own act; 0 for friends. */
  readonly event: number;
}

export const SECOND = 1000;

/** Returns what the work resolves to, or "late" after `patience` ms. */
export const within = <T>(work: Promise<T>, patience = SECOND): Promise<T | "late"> =>
  Promise.race([work, new Promise<"late">((resolve) => setTimeout(() => resolve("late"), patience))]);

/** A socket or subscription in a room, and how its end is noticed. */
export interface Listener {
  readonly socket: Socket;
  readonly ended: () => Promise<unknown>;
}

/** A socket whose end is its close code. */
export const closed = (socket: Socket): Listener => ({
  socket,
  ended: async () => (await socket.closed).code,
});

/** Subscribes to a room on the person's own socket; the end is the code of `unsubscribed`. */
export async function subscribed(who: { readonly key: string }, room: string): Promise<Listener> {
  const socket = await connectNative("/ws/me/", who.key);
  socket.send({ t: "subscribe", room });
  await socket.next(({ t }) => t === "subscribed");
  return {
    socket,
    ended: async () => {
      const { room: left, code } = await socket.next(({ t }) => t === "unsubscribed");
      return left === room ? code : `${left} ${code}`;
    },
  };
}

/** The options of a socket that is opened with a key in a header. */
export const header = ({ key }: Member) => ({ headers: { Authorization: `Token ${key}` } });

/** Opens every kind of socket in the owner's track room for the watcher. */
export const watching = async ({ owner, watcher }: Pair): Promise<Listener[]> => {
  const path = `/ws/users/${owner.id}/location/`;
  const native = await connectNative(path, watcher.key);
  await native.next();
  // A token that is renewed renews no right.
  native.send({ t: "auth", token: watcher.key });
  return [
    closed(native),
    closed(await connect(path, header(watcher))),
    await subscribed(watcher, `user:${owner.id}`),
  ];
};

/** Two friends, of whom the owner consents to be located. */
export async function friends(): Promise<Pair> {
  const [owner, watcher] = await Promise.all([member(), member()]);
  await befriend(owner, watcher);
  await allow(owner);
  return { owner, watcher, event: 0 };
}

/** Two participants of an event that is on, by default for long, else for `endsIn` ms. */
export async function fellows(endsIn?: number): Promise<Pair> {
  const [owner, watcher] = await Promise.all([member(), member()]);
  await allow(owner);
  const times = eventOnNow();
  const seen = { id: watcher.id, credential: { key: watcher.key } };
  const endsAt = endsIn === undefined ? times.endsAt : Date.now() + endsIn;
  return { owner, watcher, event: await eventOf(owner, seen, { ...times, endsAt }) };
}
