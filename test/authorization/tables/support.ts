/** The matrix of support: a ticket is for its author and the operators. */
import { post } from "../../harness/api.ts";
import { members, type Person, type Row, type Statuses, type Table } from "../world.ts";

const path = "/api/v1/support/tickets";

/** Opens a ticket of the owner and returns its id. */
export async function ticketOf({ token }: Person): Promise<string> {
  return (await post(`${path}/`, { subject: "Help", description: "It smokes" }, { token })).body.id;
}

const authorOrOperator = (status: number): Statuses => [401, 404, status, 404, status, status];
/** Here a stranger learns that the ticket exists and is not theirs. */
const roomUpdatesOf = (status: number): Statuses => [401, 403, status, 403, status, status];

const ticket = (responses: Statuses, rest: string, body?: unknown): Row => ({
  responses,
  ask: async (owner) => ({
    path: `${path}/${await ticketOf(owner)}/${rest}`,
    ...(body === undefined ? {} : { body }),
  }),
});

export const support: Table = {
  [`GET ${path}`]: { responses: members(200) },
  [`POST ${path}`]: {
    responses: members(201),
    ask: () => ({ body: { subject: "Help", description: "Now" } }),
  },
  [`GET ${path}/:id`]: ticket(authorOrOperator(200), ""),
  // Its author changes the priority only, and needs no status for it.
  [`PUT ${path}/:id`]: ticket([401, 404, 403, 404, 200, 200], "", { status: "RESOLVED" }),
  [`PATCH ${path}/:id`]: ticket(authorOrOperator(200), "", { priority: "HIGH" }),
  [`GET ${path}/:id/messages`]: ticket(roomUpdatesOf(200), "messages/"),
  [`POST ${path}/:id/messages`]: ticket(roomUpdatesOf(201), "messages/", { body: "Hello?" }),
};
