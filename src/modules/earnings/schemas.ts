/** Wire shapes of a calculator entry: decimals as strings with two places, as numbers in charts. */

import { decimal, fromHundredths, optionalDecimal } from "../../platform/decimal.ts";
import { isoTime } from "../../platform/time.ts";
import { z } from "../../platform/zod.ts";
import type { Entry } from "./queries.ts";
import type { EarningsInput } from "./rules.ts";

export const EntryWire = z
  .object({
    id: z.number().int(),
    pub_date: z.string(),
    app_income: z.string(),
    commission: z.string().nullable(),
    expenses: z.string().nullable(),
    earnings: z.string(),
  })
  .openapi("CalculatorEntry");

export const RecentEntryWire = z
  .object({
    id: z.number().int(),
    pub_date: z.string(),
    app_income: z.number(),
    commission: z.number().nullable(),
    expenses: z.number().nullable(),
    earnings: z.number(),
  })
  .openapi("RecentCalculatorEntry");

/** `earnings` is accepted and ignored, because it is computed. */
export const NewEntry = z
  .object({ app_income: decimal(), commission: optionalDecimal(), expenses: optionalDecimal() })
  .openapi("NewCalculatorEntry");

export const EntryChange = z
  .object({ app_income: decimal().optional(), commission: optionalDecimal(), expenses: optionalDecimal() })
  .openapi("CalculatorEntryChange");

const decimalOrNull = (hundredths: number | null) =>
  hundredths === null ? null : fromHundredths(hundredths);
const numberOrNull = (hundredths: number | null) => (hundredths === null ? null : hundredths / 100);

export function toEntryWire(entry: Entry): z.input<typeof EntryWire> {
  return {
    id: entry.id,
    pub_date: isoTime(entry.publishedAt),
    app_income: fromHundredths(entry.appIncome),
    commission: decimalOrNull(entry.commission),
    expenses: decimalOrNull(entry.expenses),
    earnings: fromHundredths(entry.earnings),
  };
}

export function toRecentWire(entry: Entry): z.input<typeof RecentEntryWire> {
  return {
    id: entry.id,
    pub_date: isoTime(entry.publishedAt),
    app_income: entry.appIncome / 100,
    commission: numberOrNull(entry.commission),
    expenses: numberOrNull(entry.expenses),
    earnings: entry.earnings / 100,
  };
}

export function toEarningsInput(body: z.output<typeof NewEntry>): EarningsInput {
  return { appIncome: body.app_income, commission: body.commission ?? null, expenses: body.expenses ?? null };
}

/** The changes of a partial body; an empty optional field becomes null. */
export function toEarningsChange(body: z.output<typeof EntryChange>): Partial<EarningsInput> {
  return {
    ...(body.app_income === undefined ? {} : { appIncome: body.app_income }),
    ...(body.commission === undefined ? {} : { commission: body.commission }),
    ...(body.expenses === undefined ? {} : { expenses: body.expenses }),
  };
}
