/** A database of its own with a hundred thousand rows in the tables that grow most, filled from the tables' declarations. */
import { applyD1Migrations } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { getTableColumns, is } from "drizzle-orm";
import { getTableConfig, type SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import {
  clientProfiles,
  credentialsFor,
  prepareSession,
} from "../../src/modules/identity/sessions/sessions.ts";
import type { TestEnv } from "../harness/api.ts";
import { jobContext } from "../harness/job-context.ts";

/** The environment whose database is the full one. */
export const filledEnv = { ...env, DB: env.FILLED } as TestEnv;

export const MOST = 100_000;
const MANY = 10_000;
/** Tables that do not grow with use: their rows are few, and reading all of them is no harm. */
export const SMALL: Readonly<Record<string, number>> = {
  cities: 50,
  staff_groups: 20,
  staff_group_members: 20,
  interests: 50,
  vehicle_types: 10,
  reference_codes: 20,
  saved_views: 100,
  storage_use: 40,
  webhook_endpoints: 20,
};
const HUNDRED_THOUSAND = new Set([
  "users",
  "events",
  "orders",
  "car_posts",
  "notifications",
  "support_tickets",
  "location_reports",
  "audit_log",
]);

/** One row in so many belongs to the caller. */
export const SHARE = 500;
/** The caller's id; they are an operator and staff. A client with as many rows follows. */
export const CALLERS = { staff: 1, client: 2 } as const;

const modules = import.meta.glob<Record<string, unknown>>("../../src/**/tables.ts", { eager: true });
/** Every table that the product declares, by name. */
export const tables = new Map(
  Object.values(modules)
    .flatMap((module) => Object.values(module))
    .filter((value) => is(value, SQLiteTable))
    .map((table) => [getTableConfig(table).name, table]),
);

export const rowsIn = (name: string): number => SMALL[name] ?? (HUNDRED_THOUSAND.has(name) ? MOST : MANY);

const NOW = Date.now();

/** Columns whose rows need something particular; `n` counts the rows from 1. */
const VALUES: Readonly<Record<string, string>> = {
  "users.email": "'person' || n || '@example.com'",
  "users.user_type": `iif(n IN (${CALLERS.staff}), 'OPERATOR', 'CLIENT')`,
  "users.is_staff": `n = ${CALLERS.staff}`,
  "users.is_active": "1",
  // The last administrator may not be in a group.
  "staff_group_members.user_id": `n + ${CALLERS.staff}`,
  "social_profiles.listed_at": "n",
  "friendships.low_id": "n % 100 + 1",
  "friendships.high_id": "n + 101",
  "chats.low_id": "n % 2 + 1",
  "chats.high_id": "n + 2",
  "chats.initiator_id": "n % 2 + 1",
  "chats.receiver_id": "n + 2",
  "orders.status": "iif(n % 10 = 0, 'PENDING', 'COMPLETED')",
  "orders.start_code": "'1234'",
  "orders.priority": "'NORMAL'",
  "order_offers.status": "'EXPIRED'",
  "sessions.door": "'alphabet'",
  "rooms.name": "'event:' || n",
  "outbox.status": "'sent'",
  "events.audience": "'public'",
  "chat_pages.messages": `(SELECT json_group_array(json_array(n * 15 + value, n, n % 2 + 1, 'message', 'text ' || n))
    FROM json_each('[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14]'))`,
  "chat_pages.key": "NULL",
  "chat_pages.said": "NULL",
  "audit_log.subject": "'user:' || n",
  "files.status": "'finished'",
  "documents.expires_on": "'2031-01-01'",
  "codes.purpose": "'reset_link'",
  // The first truck has none: what a trail holds is packed.
  "truck_trails.truck_id": "n % 9999 + 2",
  "track_chunks.points": "'[]'",
  "request_log.entries": `(SELECT json_group_array(json_array('request ' || n, ${NOW} - n, 5, 'GET', '/', 200, NULL))
    FROM json_each('[0,1,2,3,4]'))`,
  "track_chunks.removed": "'[]'",
};

const quoted = (name: string) => `"${name}"`;

/** What row `n` has in a column, as SQL. */
function valueIn(table: string, column: SQLiteColumn, nth: number, parent: string | undefined): string {
  const own = VALUES[`${table}.${column.name}`];
  if (own) return own;
  if (parent) {
    if (!column.notNull && parent !== "users") return "NULL";
    const size = rowsIn(parent);
    // Two keys of one row take different steps, so that their pairs are unique.
    const key = nth === 0 ? `n % ${size} + 1` : `(n + n / ${size} + ${nth * 7}) % ${size} + 1`;
    const shared = parent === "users" ? `iif(n % ${SHARE} < 2, n % ${SHARE} + 1, ${key})` : key;
    return column.dataType === "string" ? uuid(shared) : shared;
  }
  if (column.primary && column.dataType === "number") return "n";
  if (column.primary && column.dataType === "string") return uuid("n");
  if (!column.notNull) return /latitude|longitude/.test(column.name) ? "n % 80" : "NULL";
  if (column.enumValues?.length)
    return `json_extract('${JSON.stringify(column.enumValues)}', '$[' || (n % ${column.enumValues.length}) || ']')`;
  if (/cell$/.test(column.name)) return "printf('871e%011x', n)";
  if (/latitude|longitude|south|north|west|east/.test(column.name)) return "n % 80";
  if (/_at$|^at$|^bucket$/.test(column.name)) return `${NOW - 3600_000} - n * 1000`;
  if (column.dataType === "boolean") return "n % 2";
  if (column.dataType === "json") return "'[]'";
  if (column.dataType === "number") return "n";
  return `'${column.name} ' || n`;
}

const uuid = (number: string) => `printf('%08x-0000-4000-8000-%012x', ${number}, ${number})`;

function insertInto(name: string, table: SQLiteTable): string {
  const parents = new Map(
    getTableConfig(table).foreignKeys.flatMap((key) => {
      const { columns, foreignTable } = key.reference();
      return columns.map(
        (column) => [column.name, getTableConfig(foreignTable as SQLiteTable).name] as const,
      );
    }),
  );
  const columns = Object.values(getTableColumns(table)) as SQLiteColumn[];
  let keys = 0;
  const values = columns.map((column) => {
    const parent = parents.get(column.name);
    return valueIn(name, column, parent ? keys++ : 0, parent);
  });
  return `INSERT OR IGNORE INTO ${quoted(name)} (${columns.map((column) => quoted(column.name)).join(", ")})
    WITH RECURSIVE counter(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counter WHERE n < ${rowsIn(name)})
    SELECT ${values.join(", ")} FROM counter`;
}

/** Parents before their children. */
function inOrder(): [string, SQLiteTable][] {
  const sorted = new Map<string, SQLiteTable>();
  const visit = (name: string, table: SQLiteTable) => {
    if (sorted.has(name)) return;
    for (const key of getTableConfig(table).foreignKeys) {
      const parent = key.reference().foreignTable as SQLiteTable;
      if (parent !== table) visit(getTableConfig(parent).name, parent);
    }
    sorted.set(name, table);
  };
  for (const [name, table] of tables) visit(name, table);
  return [...sorted];
}

let filled: Promise<Record<keyof typeof CALLERS, string>> | undefined;

/** Fills the database once, and gives the callers' tokens. */
export function fill(): Promise<Record<keyof typeof CALLERS, string>> {
  filled ??= (async () => {
    await applyD1Migrations(env.FILLED, env.TEST_MIGRATIONS);
    for (const [name, table] of inOrder()) {
      await env.FILLED.prepare(`DELETE FROM ${quoted(name)}`).run();
      try {
        await env.FILLED.prepare(insertInto(name, table)).run();
      } catch (error) {
        throw new Error(`${name}: ${insertInto(name, table)}`, { cause: error });
      }
    }
    const tokens = Object.entries(CALLERS).map(async ([role, id]) => {
      const { ctx } = jobContext({}, filledEnv);
      const session = await prepareSession(ctx, clientProfiles.alphabet, id);
      await (session.statement as unknown as Promise<unknown>);
      const isStaff = role === "staff";
      const holder = { id, userType: isStaff ? ("OPERATOR" as const) : ("CLIENT" as const), isStaff };
      return [role, (await credentialsFor(ctx, session, clientProfiles.alphabet, holder)).access];
    });
    return Object.fromEntries(await Promise.all(tokens)) as Record<keyof typeof CALLERS, string>;
  })();
  return filled;
}
