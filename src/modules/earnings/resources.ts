/** Console resource for calculator entries. Earnings are always computed. */

import { sql } from "drizzle-orm";
import { decimal, optionalDecimal } from "../../platform/decimal.ts";
import { text } from "../../platform/http/text.ts";
import { idInput } from "../../platform/resources/inputs.ts";
import { ALL, field, NOTHING, resource } from "../../platform/resources/resource.ts";
import { personWords } from "../identity/index.ts";
import { type EarningsInput, earningsOf } from "./rules.ts";
import { calculatorEntries } from "./tables.ts";

const entryResource = resource({
  name: "calculator-entries",
  subject: "calculator_entry",
  label: text("Calculations", "Расчёты заработка"),
  group: "driving",
  table: calculatorEntries,
  key: [calculatorEntries.id],
  title: "id",
  fields: {
    user: field.reference("users", calculatorEntries.userId, text("Driver", "Водитель"), {
      input: idInput(),
      once: true,
    }),
    app_income: field.money(calculatorEntries.appIncome, text("Income", "Доход"), {
      total: true,
      input: decimal(),
    }),
    commission: field.percent(calculatorEntries.commission, text("Commission", "Комиссия"), {
      input: optionalDecimal(),
    }),
    expenses: field.money(calculatorEntries.expenses, text("Expenses", "Расходы"), {
      total: true,
      input: optionalDecimal(),
    }),
    earnings: field.money(calculatorEntries.earnings, text("Earnings", "Заработок"), { total: true }),
    pub_date: field.instant(calculatorEntries.publishedAt, text("When", "Когда")),
  },
  search: [personWords(sql`calculator_entries.user_id`)],
  filters: ["user", "pub_date", "app_income", "earnings"],
  sort: { field: "id", order: "desc" },
  rights: { operator: NOTHING, staff: ALL },
  consequences: async (ctx, { before, values }) => {
    const { app_income, commission = null, expenses = null } = { ...before?.row, ...values };
    const takings = { appIncome: app_income, commission, expenses } as EarningsInput;
    return { set: { earnings: earningsOf(takings), ...(before ? {} : { publishedAt: ctx.now() }) } };
  },
});

export const earningsResources = [entryResource];
