/** Removing events: their members are told, and their rooms say so and close. */
import { sql } from "drizzle-orm";
import { commit } from "../../platform/db/outbox.ts";
import type { Caller } from "../../platform/http/caller.ts";
import type { Scope } from "../../platform/runtime.ts";
import { dropFiles } from "../files/index.ts";
import { noticeEffects, noticeRows, pushNotices } from "../notifications/index.ts";
import { eventAudit } from "./audit.ts";
import type { Written } from "./commands.ts";
import { acceptedIn, fellowEffects } from "./fellows.ts";
import { forgetEvent } from "./gate.ts";
import { letterFacts, mailingOf } from "./letters.ts";
import { type EventRef, loadEvents, NOBODY, type StoredEvent } from "./loading.ts";
import { eventNotice, noticeOf, tellRooms } from "./notices.ts";
import { mayChange } from "./rules.ts";

/** How often a removal looks again when somebody else removed one of the events first. */
const TRIES = 3;

/** Removes events, all or none, past ones too; unknown ones are passed over. */
export async function removeEvents(
  scope: Scope,
  caller: Caller,
  refs: readonly EventRef[],
): Promise<Written<StoredEvent>> {
  for (let tries = 0; tries < TRIES; tries++) {
    const { found } = await loadEvents(scope, caller, refs);
    const foreign = found.find((event) => !mayChange(event, caller));
    if (foreign) return { ok: false, reason: "forbidden", uuid: foreign.uuid };
    if (found.length === 0 || (await write(scope, caller, found))) return { ok: true, events: found };
  }
  return { ok: true, events: [] };
}

/** One transaction; false when somebody else removed one of them first, and then nothing was written. */
async function write(scope: Scope, caller: Caller, removed: readonly StoredEvent[]): Promise<boolean> {
  const notices = removed.map((event) => noticeOf(event.id, event.uuid, "deleted", event.name));
  const ids = removed.map(({ id }) => id);
  const remove = scope.db.run(
    sql`DELETE FROM events WHERE id IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`,
  );
  const wanted = removed.flatMap(({ uuid, members, ...event }) => {
    const facts = letterFacts(event, members);
    return members.map((person) => ({ action: "cancelled" as const, uuid, person, facts }));
  });
  const told = await mailingOf(scope, caller, NOBODY, wanted);
  const done = await commit(
    scope,
    remove,
    [
      ...notices.map(eventNotice.row),
      ...told.effects,
      ...noticeEffects(told.notices),
      ...removed.flatMap((event) => fellowEffects(event, acceptedIn(event.members), scope.now())),
    ],
    [
      dropFiles(scope, "event_image", ids),
      ...(told.notices.length > 0 ? [noticeRows(scope, told.notices)] : []),
      ...removed.flatMap((event) => eventAudit(scope, caller, "event.delete", event, null)),
    ],
    removed.length,
  );
  if (!done) return false;
  pushNotices(scope, told.notices);
  for (const { id, uuid } of removed) forgetEvent(id, uuid);
  await tellRooms(scope, notices);
  return true;
}
