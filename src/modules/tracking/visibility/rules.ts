/** Whose places may be seen, by whom, and from when until when. Pure: facts in, verdict out. */

/** What decides whether one person (the watcher) may see where another (the owner) is. Times in epoch ms. */
export interface VisibilityFacts {
  readonly isSelf: boolean;
  /** The watcher is staff. */
  readonly isStaff: boolean;
  /** The owner's account is open. */
  readonly isActive: boolean;
  /** One of the two has blocked the other. */
  readonly isBlocked: boolean;
  /** When the owner gave the consent to be located that stands now; null without one. */
  readonly consentSince: number | null;
  /** When the two became friends; null while they are not. */
  readonly friendsSince: number | null;
  /** Both take part, each by their own act, in an event that is on: since that is so, and until it ends. Null without one. */
  readonly sharedEventSince: number | null;
  readonly sharedEventUntil: number | null;
}

/** Why somebody may see the places; `visibleFrom`: nothing older is shown; `until`: the right ends, null for never. */
export type PlaceVisibility =
  | { readonly may: false }
  | {
      readonly may: true;
      readonly as: "self" | "staff" | "friend" | "participant";
      readonly visibleFrom: number;
      readonly until: number | null;
    };

const NONE = { may: false } as const;

/**
 * Everybody sees their own places, and staff everybody's. Others need the owner's consent, no block between the two, and
 * a friendship or an event that is on and that both chose to take part in; being named by somebody else counts for nothing.
 */
export function placeVisibility(facts: VisibilityFacts): PlaceVisibility {
  if (facts.isSelf) return { may: true, as: "self", visibleFrom: 0, until: null };
  if (facts.isStaff) return { may: true, as: "staff", visibleFrom: 0, until: null };
  const { isActive, isBlocked, consentSince, friendsSince, sharedEventSince, sharedEventUntil } = facts;
  if (!isActive || isBlocked || consentSince === null) return NONE;
  const begins = [friendsSince, sharedEventSince].filter((since) => since !== null);
  if (begins.length === 0) return NONE;
  // Who has both rights sees from the earlier one on, and the friendship has no end.
  const visibleFrom = Math.max(consentSince, Math.min(...begins));
  return friendsSince === null
    ? { may: true, as: "participant", visibleFrom, until: sharedEventUntil }
    : { may: true, as: "friend", visibleFrom, until: null };
}
