/** Who may see whose locations, from when and until when. Pure: facts in, verdict out. */

/** What decides whether a user (the watcher) may see the locations of another (the owner). Times in epoch ms. */
export interface VisibilityFacts {
  readonly isSelf: boolean;
  /** The watcher is staff. */
  readonly isStaff: boolean;
  /** The owner's account is active. */
  readonly isActive: boolean;
  /** One of the two has blocked the other. */
  readonly isBlocked: boolean;
  /** When the owner gave the current consent to be located; null without one. */
  readonly consentSince: number | null;
  /** When the two became friends; null while they are not. */
  readonly friendsSince: number | null;
  /** Since when, and until when, both take part by their own act in an event that is on. Null without such an event. */
  readonly sharedEventSince: number | null;
  readonly sharedEventUntil: number | null;
}

/** `as`: the right by which locations are visible. `visibleFrom`: nothing older is shown. `until`: when the right ends; null for never. */
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
 * Users see their own locations, and staff everybody's. Others need the owner's consent, no block between the two, and
 * either a friendship or an event that is on and in which both take part by their own act. Being named is not enough.
 */
export function placeVisibility(facts: VisibilityFacts): PlaceVisibility {
  if (facts.isSelf) return { may: true, as: "self", visibleFrom: 0, until: null };
  if (facts.isStaff) return { may: true, as: "staff", visibleFrom: 0, until: null };
  const { isActive, isBlocked, consentSince, friendsSince, sharedEventSince, sharedEventUntil } = facts;
  if (!isActive || isBlocked || consentSince === null) return NONE;
  const begins = [friendsSince, sharedEventSince].filter((since) => since !== null);
  if (begins.length === 0) return NONE;
  // With both rights the earlier start counts, and a friendship has no end.
  const visibleFrom = Math.max(consentSince, Math.min(...begins));
  return friendsSince === null
    ? { may: true, as: "participant", visibleFrom, until: sharedEventUntil }
    : { may: true, as: "friend", visibleFrom, until: null };
}
