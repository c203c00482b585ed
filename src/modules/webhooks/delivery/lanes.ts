/** Deliveries of one subject to one endpoint go one after another: the oldest that is pending has a time, the others none. */
import { sql } from "drizzle-orm";
import type { RequestContext } from "../../../platform/runtime.ts";

/** For a batch: lets the oldest pending delivery of each subject go, unless it has a time already. */
export function promote(ctx: RequestContext, endpointId: number, subjects: readonly string[]) {
  return ctx.db.run(sql`UPDATE webhook_deliveries SET next_at = ${ctx.now()} WHERE next_at IS NULL AND state = 'pending'
    AND id IN (SELECT (SELECT min(d.id) FROM webhook_deliveries d
        WHERE d.endpoint_id = ${endpointId} AND d.subject = s.value AND d.state = 'pending')
      FROM json_each(${JSON.stringify([...new Set(subjects)])}) AS s)`);
}
