/** Addresses that get no more letters: which letters are withheld, and how an address comes onto the list. */
import { type SQL, sql } from "drizzle-orm";
import type { RequestContext } from "../runtime.ts";

/** `bounce`: a letter came back for good; `complaint`: the reader called one spam. */
export type Suppression = "bounce" | "complaint";

/** SQL value: the graver reason that an address is on the list for, or null. `address` is the stored form. */
export const suppressionOf = (address: SQL): SQL<Suppression | null> =>
  // In the order of the alphabet, too, a bounce comes first.
  sql<Suppression | null>`(SELECT min(reason) FROM mail_suppressions WHERE mail_suppressions.address = ${address})`;

/**
 * Whether a letter is withheld. One that comes back reaches nobody, and more of them harm the sender's name. Somebody who
 * complained still gets what keeps their account theirs: codes, links they asked for, warnings.
 */
export function isWithheld(
  suppression: Suppression | null,
  letter: { readonly canBeEnded: boolean },
): boolean {
  return suppression === "bounce" || (suppression === "complaint" && letter.canBeEnded);
}

/** What a withheld letter ends as, instead of being sent. */
export class Withheld {
  constructor(
    readonly reason: Suppression,
    /** The letter's content is a secret and must be forgotten. */
    readonly forget: boolean,
  ) {}
}

/** For a commit: puts an address on the list if it is an account's. Changes no row when it is there already. */
export function suppressAddress(ctx: RequestContext, address: string, reason: Suppression, detail: string) {
  return ctx.db.run(sql`INSERT INTO mail_suppressions (address, reason, detail, created_at)
    SELECT ${address}, ${reason}, ${detail}, ${ctx.now()} WHERE EXISTS (SELECT 1 FROM users WHERE email = ${address})
    ON CONFLICT DO NOTHING`);
}

/** Why a person's address gets no letters, and since when (epoch ms). */
export function suppressionsOf(ctx: RequestContext, userId: number) {
  return ctx.db.all<{ reason: Suppression; createdAt: number }>(sql`
    SELECT s.reason, s.created_at AS createdAt FROM users u JOIN mail_suppressions s ON s.address = u.email
    WHERE u.id = ${userId} ORDER BY s.reason`);
}
