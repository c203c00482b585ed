/** Which truck has an order's job, derived in the order's room from the statuses in its journal. */
import type { Journal } from "../../../platform/realtime/log/journal/journal.ts";
import { isActive, isOver, type OrderStatus } from "../orders/rules.ts";

/** Stored among the room's facts: the status entry itself leaves the journal's window during a long drive. */
const FACT = "job";

export interface Job {
  /** The truck that has the job; null before and after. */
  readonly truck: number | null;
  /** A status that arrives late does not reopen an order. */
  readonly over: boolean;
}

/** Returns a function that reads who has the job now. It reads only new entries; create one for each room. */
export function jobReader(): (journal: Journal) => Job {
  let read: { epoch: string; seq: number; job: Job } | null = null;
  return (journal) => {
    if (read?.epoch === journal.epoch && read.seq === journal.head) return read.job;
    if (read?.epoch !== journal.epoch)
      read = { epoch: journal.epoch, seq: 0, job: parse(journal.fact(FACT)) ?? { truck: null, over: false } };
    const step = read.job.over ? undefined : journal.newest("status", read.seq);
    const job = step ? jobAfter(step.body as { status: OrderStatus; tow_truck: number | null }) : read.job;
    if (step) journal.setFact(FACT, JSON.stringify(job));
    read = { epoch: journal.epoch, seq: journal.head, job };
    return job;
  };
}

function jobAfter({ status, tow_truck }: { status: OrderStatus; tow_truck: number | null }): Job {
  return { truck: isActive(status) ? tow_truck : null, over: isOver(status) };
}

const parse = (words: string | null) => (words === null ? null : (JSON.parse(words) as Job));
