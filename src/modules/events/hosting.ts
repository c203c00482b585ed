/** Events that people host by number: made, changed and called off. Their members are named by id. */
import { and, eq, sql } from "drizzle-orm";
import { says } from "../../platform/db/client.ts";
import { commit } from "../../platform/db/outbox.ts";
import type { Caller } from "../../platform/http/caller.ts";
import { invalid } from "../../platform/http/errors.ts";
import { noSuchKey } from "../../platform/http/exact.ts";
import type { Scope } from "../../platform/runtime.ts";
import { dropFiles, keepFile, type StoredFile, storeFile } from "../files/index.ts";
import { pushNotices } from "../notifications/index.ts";
import { eventAudit } from "./audit.ts";
import { findGathering, type Gathering, peopleOf } from "./gatherings.ts";
import { placeFor } from "./geocoding.ts";
import { changeLetters, letterFacts, letters } from "./letters.ts";
import { closeDoor, lineOf, offerPlaces } from "./line.ts";
import { eventCreated } from "./mails.ts";
import { dropMembers, insertMembers } from "./members.ts";
import { planFaults } from "./messages.ts";
import { eventNotice, noticeOf, tellRooms } from "./notices.ts";
import { followMembers } from "./participation.ts";
import type { Person } from "./queries.ts";
import { foldLocation, freePlaces, type Limits, mayChange, type Plan, planFault } from "./rules.ts";
import { events } from "./tables.ts";

/** The columns that a host fills in. */
export interface GatheringFacts extends Limits {
  readonly name: string;
  readonly description: string;
  readonly eventType: string;
  /** Epoch ms. */
  readonly startsAt: number;
  readonly endsAt: number | null;
  readonly cityId: number | null;
  /** The address; empty for none. */
  readonly location: string;
  /** Minor units. */
  readonly price: number;
  /** Degrees, where the host knows better than a geocoder. */
  readonly latitude: number | null;
  readonly longitude: number | null;
}

/** `memberIds` is the whole set. `image`: a file takes the place of the former, null takes it away. */
export interface Company {
  readonly memberIds?: readonly number[] | undefined;
  readonly image?: File | null | undefined;
}

/** Makes an event; whoever makes it organizes it. */
export async function holdGathering(
  scope: Scope,
  caller: Caller,
  facts: GatheringFacts,
  { memberIds = [], image }: Company,
): Promise<Gathering> {
  const now = scope.now();
  const uuid = crypto.randomUUID();
  const [members, { place, effects: lookUps }] = await Promise.all([
    membersOf(scope, [caller.userId, ...memberIds], [], caller.userId),
    placeFor(scope, null, { ...facts, uuid }, facts),
  ]);
  requireSense(facts, members.length);
  const values = { ...facts, ...place, uuid, creatorId: caller.userId, createdAt: now, updatedAt: now };
  const subject = { ownerId: caller.userId, purpose: "event_image", subjectId: null } as const;
  const stored = image ? await storeFile(scope, subject, "image", image) : null;
  const insert = scope.db
    .insert(events)
    .values({ ...values, locationKey: foldLocation(facts.location) })
    .returning({ id: events.id });
  const notice = noticeOf(null, uuid, "created", facts.name);
  const guests = members.filter(({ userId }) => userId !== caller.userId);
  const effects = [
    eventNotice.row(notice),
    ...letters("event.created", eventCreated, guests, letterFacts(facts, members)),
    ...lookUps,
  ];
  const [row] =
    (await commit(scope, insert, effects, [
      insertMembers(scope, caller, [{ uuid, members }]),
      ...(stored ? keepFile(scope, stored, sql`(SELECT id FROM events WHERE uuid = ${uuid})`) : []),
    ])) ?? [];
  if (!row) throw new Error("the new event has no row");
  await tellRooms(scope, [{ ...notice, eventId: row.id }]);
  return { ...values, id: row.id, members };
}

/** How often a change looks again when somebody else's came between its reading and its writing. */
const TRIES = 5;

/** Changes what is given, also of an event that has begun. */
export async function changeGathering(
  scope: Scope,
  caller: Caller,
  id: number,
  change: Partial<GatheringFacts>,
  company: Company,
): Promise<Gathering | "missing" | "forbidden" | "moved"> {
  let stored: StoredFile | null = null;
  for (let tries = 0; tries < TRIES; tries++) {
    const before = await findGathering(scope, id);
    if (!before) return "missing";
    if (!mayChange(before, caller)) return "forbidden";
    const planned = await plan(scope, before, change, company);
    if (company.image && !stored) {
      const ownerId = before.creatorId ?? caller.userId;
      stored = await storeFile(
        scope,
        { ownerId, purpose: "event_image", subjectId: id },
        "image",
        company.image,
      );
    }
    const picture = stored
      ? keepFile(scope, stored)
      : company.image === null
        ? [dropFiles(scope, "event_image", [id])]
        : [];
    const after = await write(scope, caller, before, planned, picture);
    if (after) return after;
  }
  return "moved";
}

/** What an event is to become, checked. */
interface Planned {
  readonly after: Gathering;
  readonly columns: Partial<GatheringFacts>;
  readonly lookUps: Awaited<ReturnType<typeof placeFor>>["effects"];
  /** Its members or their number change: the waiting line may move. */
  readonly reseated: boolean;
  readonly replaced: boolean;
}

async function plan(
  scope: Scope,
  before: Gathering,
  change: Partial<GatheringFacts>,
  { memberIds }: Company,
): Promise<Planned> {
  const merged = { ...before, ...change };
  const [members, { place, effects: lookUps }] = await Promise.all([
    memberIds ? membersOf(scope, memberIds, before.members, before.creatorId) : before.members,
    placeFor(scope, before, merged, change),
  ]);
  const reseated = memberIds !== undefined || change.maxMembers !== undefined;
  requireSense(merged, reseated ? members.length : 0);
  const columns = { ...change, ...place };
  const after = { ...merged, ...place, members, updatedAt: scope.now() };
  return { after, columns, lookUps, reseated, replaced: memberIds !== undefined };
}

/** As long as nobody came or went since it was read. */
const unchangedCount = ({ id, members }: Gathering) =>
  sql`(SELECT count(*) FROM event_members WHERE event_id = ${id}) = ${members.length}`;

/** One transaction; null when the event went away, or its times, members or waiting line moved meanwhile. */
async function write(
  scope: Scope,
  caller: Caller,
  before: Gathering,
  { after, columns, lookUps, reseated, replaced }: Planned,
  picture: ReturnType<typeof keepFile> | ReturnType<typeof dropFiles>[],
): Promise<Gathering | null> {
  const { id, members, updatedAt } = after;
  const free = freePlaces(after.maxMembers, members.length);
  const seated = members.map(({ userId }) => userId);
  const offer = reseated ? offerPlaces(scope, after, await lineOf(scope, id, seated), free) : null;
  const update = scope.db
    .update(events)
    .set({
      ...columns,
      ...(columns.location === undefined ? {} : { locationKey: foldLocation(columns.location) }),
      updatedAt,
    })
    .where(and(eq(events.id, id), offer?.unmoved, reseated ? unchangedCount(before) : undefined))
    .returning({ id: events.id });
  const notice = noticeOf(id, after.uuid, "updated", after.name);
  const effects = [
    eventNotice.row(notice),
    ...changeLetters(before, after),
    ...lookUps,
    ...(offer?.effects ?? []),
  ];
  const seats = replaced
    ? [
        dropMembers(scope, [after]),
        insertMembers(scope, caller, [after]),
        followMembers(scope, caller, id, seated),
      ]
    : [];
  const done = await commit(scope, update, effects, [
    ...seats,
    ...(offer ? [...offer.rest, closeDoor(scope, id)] : []),
    ...picture,
    ...eventAudit(scope, caller, "event.change", before, after),
  ]).catch((error: unknown) => {
    if (says(error, "CHECK constraint failed: events_order")) return null;
    throw error;
  });
  if (!done) return null;
  pushNotices(scope, offer?.notices ?? []);
  await tellRooms(scope, [notice]);
  return after;
}

/** People by id, each once; organizers stay what they were. An id that nobody has is refused. */
async function membersOf(
  scope: Scope,
  ids: readonly number[],
  before: readonly Person[],
  creatorId: number | null,
): Promise<Person[]> {
  const wanted = [...new Set(ids)];
  const found = await peopleOf(scope, wanted);
  const known = new Set(found.map(({ userId }) => userId));
  const unknown = wanted.find((id) => !known.has(id));
  if (unknown !== undefined) throw invalid({ members: noSuchKey(unknown) });
  const organizers = new Set(before.filter((member) => member.isOrganizer).map(({ userId }) => userId));
  return found.map((person) => ({
    ...person,
    isOrganizer: organizers.has(person.userId) || person.userId === creatorId,
  }));
}

/** Refuses a plan that makes no sense. */
function requireSense(plan: Plan, members: number): void {
  const fault = planFault(plan, members);
  if (!fault) return;
  const [field, words] = planFaults[fault];
  throw invalid({ [field]: words });
}
