/** What groups of staff may learn through webhooks: an endpoint and its log tell of what somebody may read anyway. Pure. */
import { type Caller, mayAlso } from "../../platform/http/caller.ts";
import { type EventType, TEST_TYPE, TYPE_NAMES } from "./types.ts";

/** The resource whose rows a type of events tells of, by the beginning of its name. */
const TOLD_OF = {
  order: "orders",
  offer: "order-offers",
  payment: "payments",
  event: "events",
  ticket: "support-tickets",
  truck: "tow-trucks",
} as const satisfies Record<EventType extends `${infer Kind}.${string}` ? Kind : never, string>;

/** Whether the caller may hear events of this type. */
export function mayHear(caller: Caller, type: EventType): boolean {
  const [kind] = type.split(".", 1) as [keyof typeof TOLD_OF];
  return mayAlso(caller, `${TOLD_OF[kind]}:read`);
}

/** The types in a log that the caller may read; tests tell of nothing. */
export const typesHeardBy = (caller: Caller): readonly string[] => [
  TEST_TYPE,
  ...TYPE_NAMES.filter((type) => mayHear(caller, type)),
];
