/** Budgets of the outbox. */
import { purgeOutbox } from "../../src/platform/db/claims.ts";
import { post, rows, unique } from "../harness/api.ts";
import { jobContext } from "../harness/job-context.ts";
import { type Budget, type Measured, perAction } from "./budget.ts";
import { costs, startCounting } from "./cost.ts";

const MONTH = 31 * 24 * 3600_000;

/** Only what the outbox's own rows cost. */
function ofOutbox(measured: Measured): Measured {
  const where = Object.fromEntries(
    Object.entries(measured.cost.where).filter(([statement]) => statement.includes("outbox")),
  );
  const written = Object.values(where).reduce((sum, each) => sum + each, 0);
  return { ...measured, rows: written, cost: { ...measured.cost, rows: written, where } };
}

export const letterBudgets: readonly Budget[] = [
  {
    action: "The outbox row of a letter, from the commit until it is purged,",
    async measure(clock) {
      const purge = () => purgeOutbox(jobContext({ now: () => Date.now() + MONTH }).ctx);
      await purge();
      const username = unique("letter");
      const email = `${username}@example.com`;
      const sent = await perAction(clock, 1, () =>
        post("/api/auth/signup/", { username, email, password: "verysecret" }),
      );
      const [row] = await rows<{ status: string }>("SELECT status FROM outbox WHERE address = ?", email);
      if (row?.status !== "sent") throw new Error(`the letter is ${row?.status}`);
      startCounting();
      await purge();
      const purged = costs();
      if ((await rows("SELECT 1 FROM outbox WHERE address = ?", email)).length > 0)
        throw new Error("it stays");
      const where = { ...sent.cost.where, ...purged.where };
      return ofOutbox({ ...sent, cost: { ...sent.cost, where } });
    },
  },
];
