/** Which truck has an order's job, as the order's own room knows it: from the steps that it was told. */
import type { Journal } from "../../../platform/realtime/log/journal.ts";
import { isActive, isOver, type OrderStatus } from "../orders/rules.ts";

/** Kept among the room's facts: the step itself falls out of the window when a truck drives for long. */
const FACT = "job";

interface Job {
  /** The truck that is on it; null before and after. */
  readonly truck: number | null;
  /** Nothing that is told late opens an order again. */
  readonly over: boolean;
}

/** Reads the truck that has the job now. Looks only at what is new since the last time; one for each room. */
export function jobReader(): (journal: Journal) => number | null {
  let read: { epoch: string; seq: number; job: Job } | null = null;
  return (journal) => {
    if (read?.epoch !== journal.epoch)
      read = { epoch: journal.epoch, seq: 0, job: parse(journal.fact(FACT)) ?? { truck: null, over: false } };
    const step = read.job.over ? undefined : journal.newest("status", read.seq);
    const job = step ? jobAfter(step.body as { status: OrderStatus; tow_truck: number | null }) : read.job;
    if (step) journal.setFact(FACT, JSON.stringify(job));
    read = { epoch: journal.epoch, seq: journal.head, job };
    return job.truck;
  };
}

function jobAfter({ status, tow_truck }: { status: OrderStatus; tow_truck: number | null }): Job {
  return { truck: isActive(status) ? tow_truck : null, over: isOver(status) };
}

const parse = (words: string | null) => (words === null ? null : (JSON.parse(words) as Job));
