/** Quotas: the maximum number of rows of a kind per owner, checked in the statement that inserts one more. */
import { getTableColumns, is, SQL, sql } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import { invalid, type Refusal } from "../http/errors.ts";
import { fill } from "../http/messages.ts";
import { type Text, text } from "../http/text.ts";
import type { QuotaName, RequestContext } from "../runtime.ts";
import type { Db } from "./client.ts";

const FULL: Record<QuotaName, Text> = {
  openOrders: text(
    "There may be at most {limit} open orders: complete or cancel one first.",
    "Открытых заказов может быть не больше {limit}: сначала завершите или отмените один из них.",
  ),
  vehicles: text(
    "There may be at most {limit} cars: delete one first.",
    "Автомобилей может быть не больше {limit}: сначала удалите один из них.",
  ),
  documents: text(
    "There may be at most {limit} documents: delete one first.",
    "Документов может быть не больше {limit}: сначала удалите один из них.",
  ),
  openTickets: text(
    "There may be at most {limit} open tickets: wait until one is resolved.",
    "Открытых обращений может быть не больше {limit}: дождитесь решения одного из них.",
  ),
  webhookEndpoints: text(
    "There may be at most {limit} webhooks: delete one first.",
    "Вебхуков может быть не больше {limit}: сначала удалите один из них.",
  ),
  apiKeys: text(
    "There may be at most {limit} API keys: revoke one first.",
    "Ключей API может быть не больше {limit}: сначала отзовите один из них.",
  ),
  pushSubscriptions: text(
    "There may be at most {limit} devices with pushes: delete one first.",
    "Устройств с push-уведомлениями может быть не больше {limit}: сначала удалите одно из них.",
  ),
  orderLinks: text(
    "An order may have at most {limit} links: end them or wait until one ends.",
    "Ссылок на заказ может быть не больше {limit}: закройте их или дождитесь, пока одна истечёт.",
  ),
};

/** True in SQL while there are fewer rows than the quota allows. `rows` selects them: `SELECT 1 FROM … WHERE …`. */
export function belowQuota(ctx: RequestContext, name: QuotaName, rows: SQL): SQL {
  const limit = ctx.runtime.settings.quotas[name];
  return sql`(SELECT count(*) FROM (${rows} LIMIT ${limit})) < ${limit}`;
}

/** A 400 that names the limit. */
export function quotaRefusal(ctx: RequestContext, name: QuotaName): Refusal {
  const limit = String(ctx.runtime.settings.quotas[name]);
  return invalid({ non_field_errors: fill(FULL[name], { limit }) });
}

/** Whether the quota is reached: to refuse before costly work, and to explain why an insert wrote no row. */
export async function isFull(ctx: RequestContext, name: QuotaName, rows: SQL): Promise<boolean> {
  const [below] = await ctx.db.all(sql`SELECT 1 WHERE ${belowQuota(ctx, name, rows)}`);
  return below === undefined;
}

/** Inserts one row if the condition holds at that moment; otherwise none. */
export function insertWhere<Table extends SQLiteTable>(
  db: Db,
  table: Table,
  values: Table["$inferInsert"],
  condition: SQL,
) {
  const given = values as Record<string, unknown>;
  const row = Object.entries(getTableColumns(table)).map(([key, column]) => {
    const value = given[key] ?? column.default ?? null;
    return is(value, SQL) ? value : sql`${sql.param(value, value === null ? undefined : column)}`;
  });
  return db.insert(table).select(sql`SELECT ${sql.join(row, sql`, `)} WHERE ${condition}`);
}
