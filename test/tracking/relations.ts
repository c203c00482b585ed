/** What one person can be to another whose places they want to see, made through the doors where that is possible. */

import { patch, post, rows, staffMember, unique } from "../harness/api.ts";
import { befriend, block, ME, type Member, member } from "../social/social.ts";

/** Somebody who looks, with whatever their client carries. */
export interface Watcher {
  readonly id: number;
  readonly credential: { readonly key: string } | { readonly token: string };
}

export interface Watched {
  readonly owner: Member;
  readonly watcher: Watcher;
}

/** Latitudes that nobody else has: where the owner was before a right began, and after it. */
export interface Trail extends Watched {
  readonly early: number;
  readonly late: number;
}

const byKey = ({ id, key }: Member): Watcher => ({ id, credential: { key } });

export const allow = ({ key }: Member, allowed = true) => patch(ME, { is_geoip_allowed: allowed }, { key });

/** An event with both in it. `accepted`: who of them takes part by their own act. */
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
export const goingOn = () => ({ startsAt: Date.now() - HOUR, endsAt: Date.now() + HOUR });

/** Reports a place that nobody else has; answers its latitude. */
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

/** Relation → how it comes about, once the owner has consented. */
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
  "fellow by own act": (owner) => fellowOf(owner, goingOn()),
  "fellow by own act, blocked": async (owner) => {
    const stranger = await member();
    await eventOf(owner, byKey(stranger), goingOn());
    await block(owner, stranger);
    return byKey(stranger);
  },
  "fellow by own act, without consent": async (owner) => {
    const fellow = await fellowOf(owner, goingOn());
    await allow(owner, false);
    return fellow;
  },
  "fellow who was only named": (owner) => fellowOf(owner, goingOn(), { watcher: false }),
  "fellow who only named the owner": (owner) => fellowOf(owner, goingOn(), { owner: false }),
  "fellow of an event that is over": (owner) =>
    fellowOf(owner, { startsAt: Date.now() - HOUR, endsAt: Date.now() - 1000 }),
  "fellow of an event to come": (owner) =>
    fellowOf(owner, { startsAt: Date.now() + HOUR, endsAt: Date.now() + 2 * HOUR }),
  stranger: async () => byKey(await member()),
};

async function friendOf(owner: Member, then?: (friend: Member) => Promise<unknown>): Promise<Watcher> {
  const friend = await member();
  await befriend(owner, friend);
  await then?.(friend);
  return byKey(friend);
}

async function fellowOf(
  owner: Member,
  times: Parameters<typeof eventOf>[2],
  accepted?: Parameters<typeof eventOf>[3],
): Promise<Watcher> {
  const fellow = byKey(await member());
  await eventOf(owner, fellow, times, accepted);
  return fellow;
}

/** The owner was somewhere, consented, became something to the watcher, and was somewhere else. */
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
