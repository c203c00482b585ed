// `npm run bill`: what a month costs, by the rows that the tests allow, beside servers; and where the limits are.
import {
  type Bill,
  type Figures,
  monthlyBill,
  budgets as now,
  peakTrips,
  reachedAt,
  serversBill,
  shardsOf,
  storageBill,
  storedAfterYear,
} from "./bill/model.ts";
import { CHECKED, LIMITS } from "./bill/prices.ts";
import { APPS, type Pace } from "./bill/use.ts";

const SCALES = [1e4, 1e6, 1e8];
const PACES: readonly Pace[] = ["1 Hz", "batched"];
const dollars = (amount: number) =>
  `$${amount < 100 ? amount.toFixed(2) : Math.round(amount).toLocaleString("en")}`;
const cells = (...texts: string[]) =>
  `${(texts[0] ?? "").padEnd(40)}${texts
    .slice(1)
    .map((text) => text.padStart(18))
    .join("")}`;
const bill = (users: number, pace: Pace, figures: Figures, app?: string): Bill =>
  monthlyBill(users, pace, figures, app);

console.log(
  `Dollars a month by daily users. Prices of ${CHECKED}, rows as test/budgets/limits.ts allows; storage is below.\n`,
);
console.log(cells("", ...SCALES.map((users) => users.toLocaleString("en"))));
for (const app of Object.keys(APPS)) {
  for (const pace of app === "Eurorace" ? PACES : PACES.slice(0, 1)) {
    const name = app === "Eurorace" ? `${app}, ${pace}` : app;
    console.log(cells(name, ...SCALES.map((users) => dollars(bill(users, pace, now, app).total))));
  }
}
for (const pace of PACES)
  console.log(cells(`even mix, ${pace}`, ...SCALES.map((users) => dollars(bill(users, pace, now).total))));
console.log(
  cells(
    "even mix, before the budgets",
    ...SCALES.map((users) => dollars(bill(users, "1 Hz", "before").total)),
  ),
);
console.log(cells("servers (an estimate)", ...SCALES.map((users) => dollars(serversBill(users)))));

const million = bill(1e6, "1 Hz", now);
console.log(
  `\nOf the million's ${dollars(million.total)} at 1 Hz, ${dollars(million.rows)} are rows written. By action:`,
);
for (const [name, part] of Object.entries(million.byAction).sort(([, one], [, other]) => other - one))
  console.log(cells(`  ${name}`, dollars(part)));

console.log(
  "\nTrips a second to each domain's database at the daily peak, and into how many databases it is divided:\n",
);
console.log(
  cells("", ...PACES.flatMap((pace) => SCALES.map((users) => `${users.toExponential(0)} ${pace}`))),
);
const stored = new Map(PACES.map((pace) => [pace, SCALES.map((users) => storedAfterYear(users, pace))]));
for (const domain of peakTrips(1, "1 Hz", now).keys()) {
  const found = PACES.flatMap((pace) =>
    SCALES.map((users, index) => {
      const trips = peakTrips(users, pace, now).get(domain) ?? 0;
      const gigabytes = (stored.get(pace)?.[index] ?? [])
        .filter((each) => each.domain === domain && each.where === "D1")
        .reduce((sum, each) => sum + each.gigabytes, 0);
      return `${Math.ceil(trips).toLocaleString("en")} ÷ ${shardsOf(trips, gigabytes).toLocaleString("en")}`;
    }),
  );
  console.log(cells(domain, ...found));
}
console.log(
  `(planned: at most ${LIMITS.plannedTransactions} a second and ${LIMITS.plannedGigabytes} GB for a database)`,
);

console.log("\nReached at so many daily users:\n");
const reached = PACES.map((pace) => reachedAt(pace, now));
console.log(cells("", ...PACES));
for (const name of Object.keys(reached[0] ?? {}))
  console.log(cells(name, ...reached.map((each) => Math.round(each[name] ?? 0).toLocaleString("en"))));

console.log("\nGigabytes after a year of a million daily users, at 1 Hz:\n");
const year = storedAfterYear(1e6, "1 Hz");
for (const { table, where, gigabytes, bound } of year.filter(({ gigabytes }) => gigabytes > 0))
  console.log(`  ${gigabytes.toFixed(1).padStart(8)}  ${where.padEnd(8)}${table}: ${bound}`);
console.log(`  stored by then: ${dollars(storageBill(year))} a month`);
