/** The bill of a million daily users stays below what the team agreed to pay, and no database is asked for more than it can do. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  budgets as allowed,
  type Figures,
  monthlyBill,
  peakTrips,
  storedAfterYear,
} from "../../scripts/bill/model.ts";
import { LIMITS as PLATFORM } from "../../scripts/bill/prices.ts";
import { BOUNDED, GROWTH } from "../../scripts/bill/storage.ts";
import { APPS, DATABASES_AT_MILLION, type Pace } from "../../scripts/bill/use.ts";
import { LIMITS, type Limit } from "../budgets/limits.ts";

const MILLION = 1e6;

test.each<[Pace, number]>([
  ["1 Hz", 20_000],
  ["batched", 7_000],
])("A million daily users of the even mix who send points %s cost at most $%i a month.", (pace, most) => {
  const bill = monthlyBill(MILLION, pace, allowed);
  expect(bill.total, JSON.stringify(bill, null, 1)).toBeLessThanOrEqual(most);
});

test("The stated use of the apps reproduces the bill that was counted before the budgets: $203,000, within two in a hundred.", () => {
  const { total, rows } = monthlyBill(MILLION, "1 Hz", "before");
  expect(Math.abs(total - 203_000)).toBeLessThan(4_060);
  expect(rows / total).toBeGreaterThan(0.8);
});

test.each<Pace>(["1 Hz", "batched"])(
  "At the daily peak of a million users who send points %s, no database of the plan has more than 300 transactions a second.",
  (pace) => {
    const over = [...peakTrips(MILLION, pace, allowed)]
      .map(([domain, trips]) => ({ domain, each: trips / DATABASES_AT_MILLION[domain] }))
      .filter(({ each }) => each > PLATFORM.plannedTransactions);
    expect(over).toEqual([]);
  },
);

test("After a year of a million daily users, no database of the plan is larger than D1 allows.", () => {
  const sizes = new Map<string, number>();
  for (const { where, domain, gigabytes } of storedAfterYear(MILLION, "1 Hz"))
    if (where === "D1") sizes.set(domain, (sizes.get(domain) ?? 0) + gigabytes);
  const over = Object.entries(DATABASES_AT_MILLION)
    .map(([domain, databases]) => ({ domain, each: (sizes.get(domain) ?? 0) / databases }))
    .filter(({ each }) => each > PLATFORM.databaseGigabytes);
  expect(over).toEqual([]);
});

test("A budget that doubles makes the bill larger, so that the bill follows the budgets.", () => {
  const doubled = Object.fromEntries(
    Object.entries<Limit>(LIMITS).map(([action, limit]) => [action, { ...limit, rows: 2 * limit.rows }]),
  ) as unknown as Figures;
  expect(monthlyBill(MILLION, "1 Hz", doubled).rows).toBeCloseTo(
    2 * monthlyBill(MILLION, "1 Hz", allowed).rows,
  );
  expect(Object.keys(APPS)).toHaveLength(5);
});

test("Every table is either among those that grow, with its bound and its size, or says why it stays small.", () => {
  const source = join(import.meta.dirname, "../../src");
  const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith("tables.ts"),
  );
  const declared = files.flatMap((name) => {
    const text = readFileSync(join(source, name), "utf8");
    return [...text.matchAll(/sqliteTable\(\s*"(\w+)"/g)].map(([, table = ""]) => table);
  });
  const named = [...GROWTH.flatMap(({ table }) => table.match(/\w+/g) ?? []), ...Object.keys(BOUNDED)];
  expect(declared.length).toBeGreaterThan(40);
  expect(declared.filter((table) => !named.includes(table))).toEqual([]);
  expect(Object.keys(BOUNDED).filter((table) => !declared.includes(table))).toEqual([]);
});
