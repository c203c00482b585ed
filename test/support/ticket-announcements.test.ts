/** The operators' room gets every change of a ticket, by any route. */
import { expect, test } from "vitest";
import { patch, person, rows } from "../harness/api.ts";
import { connectNative } from "../harness/socket.ts";
import { change, operator, ticketOf } from "./tickets.ts";

const told = (id: string) =>
  rows<{ ref: string }>(
    "SELECT payload ->> 'ref' AS ref FROM outbox WHERE kind = 'ticket_change' AND address = ?",
    `ticket:${id}`,
  );

const headers = { "if-match": "*" };

test.each<[string, (id: string, token: string) => Promise<{ status: number }>]>([
  ["by its own path", (id, token) => change({ token } as never, id, { status: "RESOLVED" })],
  [
    "in the console",
    (id, token) => patch(`/api/admin/support-tickets/${id}/`, { status: "RESOLVED" }, { token, headers }),
  ],
])("A state changed %s is announced to operators once.", async (_, act) => {
  const id = await ticketOf(await person());
  const who = await operator();
  const socket = await connectNative("/ws/ops/", who.token);
  expect((await act(id, who.token)).status).toBe(200);
  const [effect] = await told(id);
  const frame = await socket.next(({ t, ref }) => t === "entry" && ref === effect?.ref);
  expect(frame).toMatchObject({ kind: "ticket", body: { id } });
  expect(await told(id)).toHaveLength(1);
});

test("A refused change is announced to nobody.", async () => {
  const ann = await person();
  const id = await ticketOf(ann);
  const who = await operator();
  expect((await change(who, id, { status: "NO SUCH" })).status).toBe(400);
  const path = `/api/admin/support-tickets/${id}/`;
  expect((await patch(path, { assigned_to: ann.id }, { token: who.token, headers })).status).toBe(400);
  expect(await told(id)).toEqual([]);
});
