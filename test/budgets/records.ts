/** Budgets of a person's own rows: what a REST request writes beside rooms and letters. */
import { person, post } from "../harness/api.ts";
import { type Budget, perAction } from "./budget.ts";

export const recordBudgets: readonly Budget[] = [
  {
    action: "An entry of the earnings calculator",
    async measure(clock) {
      const { token } = await person();
      return perAction(clock, 2, async () => {
        for (const app_income of [100, 200]) {
          const { status } = await post("/api/v1/calculator/", { app_income }, { token });
          if (status !== 201) throw new Error(`calculation: ${status}`);
        }
      });
    },
  },
];
