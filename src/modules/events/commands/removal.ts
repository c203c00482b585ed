/** Deletes events, tells their members, and closes their rooms with a notice. */
import { sql } from "drizzle-orm";
import { commit } from "../../../platform/db/outbox.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { dropFiles } from "../../files/index.ts";
import { noticeEffects, noticeRows } from "../../notifications/index.ts";
import { forgetEvent } from "../authorizer.ts";
import { acceptedMemberIds, recheckParticipants } from "../co-participants.ts";
import { eventAudit } from "../console/audit.ts";
import { invitationTo } from "../mail/invitations.ts";
import { letterFacts, mailingOf } from "../mail/letters.ts";
import { roomNotice, roomNoticeEffects } from "../notices.ts";
import { mayChange } from "../rules.ts";
import { type EventRef, loadEvents, type Relations, type StoredEvent } from "./loading.ts";
import type { WriteResult } from "./write.ts";

/** How often a removal is tried when somebody else deletes one of the events first. */
const TRIES = 3;

/** Deletes events, past ones too, all or none. Unknown events are skipped. */
export async function removeEvents(
  ctx: RequestContext,
  caller: Caller,
  refs: readonly EventRef[],
): Promise<WriteResult<StoredEvent>> {
  for (let tries = 0; tries < TRIES; tries++) {
    const { found, relations } = await loadEvents(ctx, caller, refs);
    const foreign = found.find((event) => !mayChange(event, caller));
    if (foreign) return { ok: false, reason: "forbidden", uuid: foreign.uuid };
    if (found.length === 0 || (await write(ctx, caller, found, relations)))
      return { ok: true, events: found };
  }
  return { ok: true, events: [] };
}

/** Writes one transaction. False when somebody else deleted one of the events first: then nothing was written. */
async function write(
  ctx: RequestContext,
  caller: Caller,
  removed: readonly StoredEvent[],
  relations: Relations,
): Promise<boolean> {
  const notices = removed.map((event) => roomNotice(event.id, event.uuid, "deleted", event.name));
  const ids = removed.map(({ id }) => id);
  const remove = ctx.db.run(
    sql`DELETE FROM events WHERE id IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`,
  );
  const wanted = removed.flatMap(({ uuid, members, ...event }) => {
    const last = { ...event, uuid, sequence: event.sequence + 1, updatedAt: ctx.now() };
    const facts = { ...letterFacts(ctx, event, members), invitation: invitationTo(ctx, last, members) };
    return members.map((person) => ({ action: "cancelled" as const, uuid, person, facts }));
  });
  const told = await mailingOf(ctx, caller, relations, wanted);
  const done = await commit(
    ctx,
    remove,
    [
      ...roomNoticeEffects(notices),
      ...told.effects,
      ...noticeEffects(told.notices),
      ...removed.flatMap((event) => recheckParticipants(event, acceptedMemberIds(event.members), ctx.now())),
    ],
    [
      dropFiles(ctx, "event_image", ids),
      ...(told.notices.length > 0 ? [noticeRows(ctx, told.notices)] : []),
      ...removed.flatMap((event) => eventAudit(ctx, caller, "event.delete", event, null)),
    ],
    removed.length,
  );
  if (!done) return false;
  for (const { id, uuid } of removed) forgetEvent(id, uuid);
  return true;
}
