/** The dashboard's data, and links to the lists behind its figures. */

export interface Dashboard {
  readonly orders: {
    readonly by_state: readonly { status: string; count: number; oldest_seconds: number }[];
    readonly waiting: { under_15m: number; under_1h: number; under_4h: number; older: number };
  };
  readonly times: {
    readonly response_seconds: number | null;
    readonly completion_seconds: number | null;
    readonly assigned: number;
    readonly completed: number;
  };
  readonly trucks: {
    readonly available: number;
    readonly busy: number;
    readonly maintenance: number;
    readonly offline: number;
    readonly drivers_online: number;
  };
  readonly tickets: {
    readonly open: number;
    readonly in_progress: number;
    readonly unassigned: number;
    readonly waiting: number;
    readonly longest_wait_seconds: number | null;
  };
  readonly mail: {
    readonly pending: number;
    readonly dead: number;
    readonly oldest_pending_seconds: number | null;
  };
  readonly earnings: readonly { day: string; amount: string; count: number }[];
}

/** The address of a list with these filters. */
export const filtered = (resource: string, filter: object) =>
  `/${resource}?filter=${encodeURIComponent(JSON.stringify(filter))}`;

const DAYS = 30;

/** All days up to today in UTC, including those without earnings. Pure. */
export function everyDay(
  earnings: Dashboard["earnings"],
  now: number,
): readonly { day: string; amount: string }[] {
  const known = new Map(earnings.map(({ day, amount }) => [day, amount]));
  return Array.from({ length: DAYS }, (_, index) => {
    const day = new Date(now - (DAYS - 1 - index) * 86_400_000).toISOString().slice(0, 10);
    return { day, amount: known.get(day) ?? "0.00" };
  });
}
