/** Payments of orders. Amounts are in minor units. */
import { sql } from "drizzle-orm";
import {
  type AnySQLiteColumn,
  check,
  index,
  integer,
  sqliteTable,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";
import { timestamps } from "../../timestamps.ts";
import { orders } from "../tables.ts";

export const PAYMENT_STATES = ["PENDING", "PROCESSING", "COMPLETED", "FAILED", "REFUNDED"] as const;

export const PAYMENT_METHODS = ["CASH", "CARD", "BANK_TRANSFER", "MOBILE_PAYMENT"] as const;

export const payments = sqliteTable(
  "payments",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    orderId: text("order_id")
      .notNull()
      .references(() => orders.id, { onDelete: "cascade" }),
    amount: integer("amount").notNull(),
    paymentMethod: text("payment_method", { enum: PAYMENT_METHODS }).notNull(),
    status: text("status", { enum: PAYMENT_STATES }).notNull().default("PENDING"),
    transactionId: text("transaction_id").notNull().default(""),
    paidAt: integer("paid_at"),
    /** The refunded payment whose refund this one takes back: a counter-entry. */
    reverses: integer("reverses").references((): AnySQLiteColumn => payments.id, { onDelete: "set null" }),
    ...timestamps(),
  },
  (table) => [
    index("payments_order").on(table.orderId, table.id),
    index("payments_status").on(table.status, table.createdAt),
    index("payments_paid").on(table.status, table.paidAt),
    /** A refund is taken back once. */
    uniqueIndex("payments_reverses").on(table.reverses).where(sql`${table.reverses} IS NOT NULL`),
    check("payments_amount", sql`${table.amount} > 0`),
  ],
);
