/** Budgets of events. */
import { person, post } from "../harness/api.ts";
import { type Budget, perAction } from "./budget.ts";

export const eventBudgets: readonly Budget[] = [
  {
    action: "An event with three participants",
    async measure(clock) {
      const [organizer, ...others] = await Promise.all([person(), person(), person(), person()]);
      const body = {
        name: "Ride",
        starting_time: "2031-01-01T10:00Z",
        end_time: "2031-01-01T11:00Z",
        location: "Bridge",
        participants: others.map(({ username }) => username),
      };
      return perAction(clock, 1, async () => {
        const { status } = await post("/api/events/", body, { token: organizer?.token ?? "" });
        if (status !== 201) throw new Error(`event: ${status}`);
      });
    },
  },
];
