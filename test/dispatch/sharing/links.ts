/** Orders with a public link, and what the link shows. */
import type { Person } from "../../authorization/world.ts";
import { post } from "../../harness/api.ts";
import { at, move, type Scene, type Step } from "../scene.ts";

/** Reports a position as a driver; returns the answer. */
export const report = (by: Person, latitude: number) =>
  post("/api/v1/location/update/", { latitude, longitude: 37.5 }, { token: by.token });

/** Creates a public link to an order and returns its token. */
export async function linkTo({ client }: Scene, id: string, body: object = {}): Promise<string> {
  const answer = await post(at(id, "share/"), body, { token: client.token });
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return answer.body.url.split("/track/")[1];
}

/** The steps from PENDING to a state; its truck reports a place after each. */
export async function bring(there: Scene, id: string, to: Step): Promise<void> {
  const steps: Record<Step, readonly Step[]> = {
    PENDING: [],
    CONFIRMED: ["CONFIRMED"],
    ASSIGNED: ["CONFIRMED", "ASSIGNED"],
    IN_PROGRESS: ["CONFIRMED", "ASSIGNED", "IN_PROGRESS"],
    COMPLETED: ["CONFIRMED", "ASSIGNED", "IN_PROGRESS", "COMPLETED"],
    CANCELLED: ["CONFIRMED", "ASSIGNED", "CANCELLED"],
  };
  await report(there.driver, 55.1);
  for (const status of steps[to]) {
    // The truck is reserved already, but its position is not shown yet.
    const truck = status === "CONFIRMED" || status === "ASSIGNED" ? { tow_truck: there.truck } : {};
    const answer = await move(there.operator, id, { status, ...truck });
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
    await report(there.driver, 55.2);
  }
}
