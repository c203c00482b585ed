/** Audit rows for changes that staff makes to other people's events. */
import type { BatchItem } from "drizzle-orm/batch";
import { auditEntry } from "../../../platform/db/audit.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import type { Event } from "../queries.ts";

/** One row when staff changes somebody else's event; none otherwise. */
export function eventAudit(
  ctx: RequestContext,
  caller: Caller,
  action: string,
  before: Event,
  after: Event | null,
): BatchItem<"sqlite">[] {
  if (!caller.isStaff || before.creatorId === caller.userId) return [];
  const facts = ({ name, location, startsAt, endsAt, members }: Event) => ({
    name,
    location,
    startsAt,
    endsAt,
    participants: members.map(({ userId }) => userId),
  });
  return [
    auditEntry(ctx, caller, {
      action,
      subject: `event:${before.id}`,
      before: facts(before),
      after: after && facts(after),
    }),
  ];
}
