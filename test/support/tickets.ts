/** Calls of clients and operators on tickets. */
import { get, type Person, patch, post, rows, staffMember, unique } from "../harness/api.ts";
import { multipart } from "../harness/forms.ts";
import { picture } from "../harness/pictures/pictures.ts";

export const TICKETS = "/api/v1/support/tickets/";

/** Makes an operator. */
export const operator = () => staffMember({ type: "OPERATOR" });

/** Opens a ticket; returns the response. */
export const open = (who: Person, changes: object = {}) =>
  post(TICKETS, { subject: "Эвакуатор не едет", description: "Жду второй час.", ...changes }, who);

/** Opens a ticket; returns its id. */
export async function ticketOf(who: Person, changes: object = {}): Promise<string> {
  const { status, body } = await open(who, changes);
  if (status !== 201) throw new Error(`ticket: ${status} ${JSON.stringify(body)}`);
  return body.id;
}

/** Reads a ticket; returns the response. */
export const read = (who: Person, id: string) => get(`${TICKETS}${id}/`, who);
/** Changes a ticket; returns the response. */
export const change = (who: Person, id: string, changes: object) => patch(`${TICKETS}${id}/`, changes, who);
/** Writes a message or a note; returns the response. */
export const write = (who: Person, id: string, body: string, isInternal?: boolean) =>
  post(
    `${TICKETS}${id}/messages/`,
    { body, ...(isInternal === undefined ? {} : { is_internal: isInternal }) },
    who,
  );
/** Lists a ticket's messages; returns the response. */
export const messages = (who: Person, id: string, query = "") =>
  get(`${TICKETS}${id}/messages/${query}`, who);

/** A form with a picture for a ticket, under a name that no other has. */
export const fileForm = (name = `${unique("damage")}.png`) =>
  multipart({ file: new File([picture(100, "image/png")], name, { type: "image/png" }) });

/** Inserts a client's order; returns its id. */
export async function orderOf(client: Person): Promise<string> {
  const id = crypto.randomUUID();
  await rows(
    `INSERT INTO vehicle_types (name, max_weight, base_price, created_at, updated_at) VALUES (?, 3.5, 1, 1, 1)`,
    id,
  );
  await rows(
    `INSERT INTO orders (id, client_id, vehicle_type_id, pickup_address, pickup_latitude, pickup_longitude,
       delivery_address, delivery_latitude, delivery_longitude, start_code, created_at, updated_at)
     VALUES (?1, ?2, (SELECT id FROM vehicle_types WHERE name = ?1), 'A', 55, 37, 'B', 55, 37, '1', 1, 1)`,
    id,
    client.id,
  );
  return id;
}
