/** Every relation of a watcher to the user whose locations they want to see. Set up through the API where possible. */

import { patch, post, rows, staffMember, unique } from "../../harness/api.ts";
import { befriend, block, ME, type Member, member } from "../../social/social.ts";

/** The user who watches, with the credential of their client. */
export interface Watcher {
  readonly id: number;
  readonly credential: { readonly key: string } | { readonly token: string };
}

export interface WatchedPair {
  readonly owner: Member;
  readonly watcher: Watcher;
}

/** Unique latitudes: where the owner was before the watcher's right began (`early`) and after it (`late`). */
export interface Trail extends WatchedPair {
  readonly early: number;
  readonly late: number;
}

const byKey = ({ id, key }: Member): Watcher => ({ id, credential: { key } });

/** Gives or withdraws the consent to be located. */
export const allow = ({ key }: Member, allowed = true) => patch(ME, { is_geoip_allowed: allowed }, { key });

/** Inserts an event with both as members. `accepted`: whether each takes part by their own act. Returns its number. */
export async function eventOf(
  owner: Member,
  watcher: Watcher,
  times: { readonly startsAt: number; readonly endsAt: number },
  accepted: { readonly owner?: boolean; readonly watcher?: boolean } = {},
): Promise<number> {
  const now = Date.now();
  const [event] = await rows<{ id: number }>(
    `INSERT INTO events (uuid, creator_id, name, description, event_type, starts_at, ends_at, created_at, updated_at)
     VALUES (?, ?, ?, 'x', 'x', ?, ?, ?, ?) RETURNING id`,
    crypto.randomUUID(),
    owner.id,
    unique("event"),
    times.startsAt,
    times.endsAt,
    now,
    now,
  );
  const id = event?.id ?? 0;
  for (const [userId, chose, organizes] of [
    [owner.id, accepted.owner ?? true, 1],
    [watcher.id, accepted.watcher ?? true, 0],
  ] as const)
    await rows(
      "INSERT INTO event_members (event_id, user_id, is_organizer, joined_at, accepted_at) VALUES (?, ?, ?, ?, ?)",
      id,
      userId,
      organizes,
      now,
      chose ? now : null,
    );
  return id;
}

const HOUR = 3600_000;
/** Times of an event that is on now. */
export const eventOnNow = () => ({ startsAt: Date.now() - HOUR, endsAt: Date.now() + HOUR });

/** Reports a unique place and returns its latitude. */
export async function report({ key }: Pick<Member, "key">): Promise<number> {
  const latitude = Math.round(Math.random() * 8e6) / 1e5;
  const { status } = await post(
    "/api/v1/location-reports/",
    { location: { latitude, longitude: 12.5 } },
    { key },
  );
  if (status !== 201) throw new Error(`report: ${status}`);
  return latitude;
}

/** Each relation by name, with how to set it up after the owner has consented. */
export const RELATIONS: Readonly<Record<string, (owner: Member) => Promise<Watcher>>> = {
  self: async (owner) => byKey(owner),
  staff: async () => {
    const { id, token } = await staffMember();
    return { id, credential: { token } };
  },
  friend: (owner) => friendOf(owner),
  "friend without consent": async (owner) => {
    const friend = await friendOf(owner);
    await allow(owner, false);
    return friend;
  },
  "friend whom the owner blocks": (owner) => friendOf(owner, (friend) => block(owner, friend)),
  "friend who blocks the owner": (owner) => friendOf(owner, (friend) => block(friend, owner)),
  "participant by own act": (owner) => participantOf(owner, eventOnNow()),
  "participant by own act, blocked": async (owner) => {
    const stranger = await member();
    await eventOf(owner, byKey(stranger), eventOnNow());
    await block(owner, stranger);
    return byKey(stranger);
  },
  "participant by own act, without consent": async (owner) => {
    const participant = await participantOf(owner, eventOnNow());
    await allow(owner, false);
    return participant;
  },
  "participant who was only named": (owner) => participantOf(owner, eventOnNow(), { watcher: false }),
  "participant who only named the owner": (owner) => participantOf(owner, eventOnNow(), { owner: false }),
  "participant of an event that is over": (owner) =>
    participantOf(owner, { startsAt: Date.now() - HOUR, endsAt: Date.now() - 1000 }),
  "participant of an event to come": (owner) =>
    participantOf(owner, { startsAt: Date.now() + HOUR, endsAt: Date.now() + 2 * HOUR }),
  stranger: async () => byKey(await member()),
};

async function friendOf(owner: Member, then?: (friend: Member) => Promise<unknown>): Promise<Watcher> {
  const friend = await member();
  await befriend(owner, friend);
  await then?.(friend);
  return byKey(friend);
}

async function participantOf(
  owner: Member,
  times: Parameters<typeof eventOf>[2],
  accepted?: Parameters<typeof eventOf>[3],
): Promise<Watcher> {
  const participant = byKey(await member());
  await eventOf(owner, participant, times, accepted);
  return participant;
}

/** The owner reports a place, consents, enters the relation with the watcher, and reports another place. */
export async function trail(relation: string): Promise<Trail> {
  const owner = await member();
  const early = await report(owner);
  await new Promise((resolve) => setTimeout(resolve, 5));
  await allow(owner);
  const watcher = await RELATIONS[relation]?.(owner);
  if (!watcher) throw new Error(`no such relation: ${relation}`);
  const late = await report(owner);
  return { owner, watcher, early, late };
}
