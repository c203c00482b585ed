/** The signed-in person's own account, as the identity module tells it. */
import { call } from "../session.ts";

export interface Account {
  readonly id: number;
  readonly username: string;
  readonly email: string;
  readonly phone: string;
  readonly first_name: string;
  readonly last_name: string;
  readonly avatar: string | null;
  /** IANA name; absent: not chosen. */
  readonly time_zone?: string;
}

export const PROFILE = "/api/v1/auth/profile/";
/** The key under which the query cache holds it. */
export const ACCOUNT = ["account"] as const;

export const readAccount = (signal?: AbortSignal) => call<Account>("GET", PROFILE, { signal });

/** First and last name, else the username. */
export const nameOf = ({ first_name, last_name, username }: Account): string =>
  `${first_name} ${last_name}`.trim() || username;

/** One or two letters that stand for a picture. */
export const initialsOf = (account: Account): string =>
  nameOf(account)
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => [...word][0]?.toUpperCase() ?? "")
    .join("");
