/** The matrix of support: a ticket is for its author and the operators. */
import { post, rows } from "../../harness/api.ts";
import { fileForm } from "../../support/tickets.ts";
import { members, type Person, type Row, type Statuses, type Table } from "../world.ts";

const path = "/api/v1/support/tickets";

/** Opens a ticket of the owner and returns its id. */
export async function ticketOf({ token }: Person): Promise<string> {
  return (await post(`${path}/`, { subject: "Help", description: "It smokes" }, { token })).body.id;
}

const authorOrOperator = (status: number): Statuses => [401, 404, status, 404, status, status];
/** Here a stranger learns that the ticket exists and is not theirs. */
const roomUpdatesOf = (status: number): Statuses => [401, 403, status, 403, status, status];

const operators = (status: number): Statuses => [401, 403, 403, 403, status, status];
const CONVERSATIONS = "/api/admin/conversations";
/** A conversation shows operators who it is with. */
const conversation = (responses: Statuses, rest: string): Row => ({
  responses,
  ask: async (owner) => ({ path: `${CONVERSATIONS}/${await ticketOf(owner)}/${rest}` }),
});

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
  [`POST ${path}/:id/files`]: {
    responses: roomUpdatesOf(201),
    ask: async (owner) => ({
      path: `${path}/${await ticketOf(owner)}/files/`,
      body: fileForm("damage.png"),
    }),
  },
  [`POST ${path}/:id/messages`]: ticket(roomUpdatesOf(201), "messages/", { body: "Hello?" }),
  [`GET ${CONVERSATIONS}`]: { responses: operators(200) },
  [`GET ${CONVERSATIONS}/counts`]: { responses: operators(200) },
  [`GET ${CONVERSATIONS}/colleagues`]: { responses: operators(200) },
  [`GET ${CONVERSATIONS}/:id`]: { ...conversation(operators(200), ""), shows: ["phone", "email"] },
  [`GET ${CONVERSATIONS}/:id/messages`]: conversation(operators(200), "messages/"),
  [`PUT ${CONVERSATIONS}/:id/read`]: {
    responses: operators(204),
    ask: async (owner) => {
      const id = await ticketOf(owner);
      const [message] = await rows<{ id: string }>("SELECT id FROM support_messages WHERE ticket_id = ?", id);
      return { path: `${CONVERSATIONS}/${id}/read/`, body: { message: message?.id } };
    },
  },
};
