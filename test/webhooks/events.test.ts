/** What webhooks tell: every type, in the documented shape, whoever makes the change. */
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { payloadOf } from "../../src/modules/webhooks/payloads.ts";
import { type EventType, TYPE_NAMES } from "../../src/modules/webhooks/types.ts";
import { newPerson } from "../authorization/world.ts";
import { accept, call, trucksAt } from "../dispatch/offers/builders.ts";
import { at, move, orderIn, place, type Scene, scene } from "../dispatch/scene.ts";
import { change as changeEvent, createEvent, createRequest, decide, guest } from "../events/fixtures.ts";
import { del, patch, person, post, rows, staffMember } from "../harness/api.ts";
import { charge, counted } from "../harness/counting/counted.ts";
import { change as changeTicket, ticketOf, write } from "../support/tickets.ts";
import { newEndpoint, receiver } from "./endpoints.ts";

interface Told {
  readonly type: EventType;
  readonly subject: string;
  readonly person_id: number | null;
  readonly data: Record<string, unknown>;
}

/** An endpoint for these types, and what it was told about a subject. */
async function listening(types: readonly string[] = TYPE_NAMES, changes: object = {}) {
  const endpoint = await newEndpoint(types, changes);
  receiver(endpoint);
  const told = async (subject: string): Promise<Told[]> => {
    const found = await rows<Omit<Told, "data"> & { data: string; message_id: string }>(
      "SELECT type, subject, person_id, data, message_id FROM webhook_deliveries WHERE endpoint_id = ? AND subject = ? ORDER BY id",
      endpoint.id,
      subject,
    );
    expect(new Set(found.map((each) => each.message_id)).size).toBe(found.length);
    return found.map(({ type, subject: about, person_id, data }) => {
      const body = { type, timestamp: new Date().toISOString(), data: JSON.parse(data) };
      const parsed = payloadOf(type).parse(body);
      // Nothing is told that is not documented.
      expect(body).toEqual(parsed);
      return { type, subject: about, person_id, data: body.data };
    });
  };
  return { endpoint, told };
}

const typesOf = (told: readonly Told[]) => told.map(({ type }) => type);

describe("what is told", () => {
  test("An order's life is told in its order, with its offers and payments.", async () => {
    const { told } = await listening();
    const { there, drivers, id } = await trucksAt(500);
    const [driver] = drivers;
    if (!driver) throw new Error("no driver");
    expect((await call(there, id)).status).toBe(200);
    expect((await accept(driver, id)).status).toBe(200);
    const payment = { amount: "1500.50", payment_method: "CASH" };
    const { body } = await post(at(id, "payments/"), payment, { token: there.client.token });
    await patch(at(id, `payments/${body.id}/`), { status: "COMPLETED" }, { token: there.operator.token });
    await move(driver, id, { status: "IN_PROGRESS" });
    await move(driver, id, { status: "COMPLETED" });
    await rows("DELETE FROM orders WHERE id = ?", id);
    const all = await told(`order:${id}`);
    expect(all.map(({ type, data }) => [type, data.status])).toEqual([
      ["order.created", "PENDING"],
      ["order.updated", "CONFIRMED"],
      ["offer.created", "OPEN"],
      ["order.updated", "ASSIGNED"],
      ["offer.updated", "ACCEPTED"],
      ["payment.created", "PENDING"],
      ["payment.updated", "COMPLETED"],
      ["order.updated", "IN_PROGRESS"],
      ["order.updated", "COMPLETED"],
      ["order.deleted", undefined],
    ]);
    expect(all[3]?.data).toEqual({
      id,
      status: "ASSIGNED",
      previous_status: "CONFIRMED",
      client: there.client.id,
      tow_truck: driver.truck,
      vehicle_type: there.tariff,
      priority: "NORMAL",
      estimated_price: "2500.00",
      final_price: null,
      scheduled_time: null,
    });
    expect(all[6]?.data).toMatchObject({ order: id, amount: "1500.50", previous_status: "PENDING" });
    expect(all[8]?.data).toMatchObject({ final_price: "2500.00" });
    for (const { type, person_id } of all)
      expect(person_id).toBe(type.startsWith("order.") ? there.client.id : null);
  });

  test("An event's life is told, with who takes part, and its deletion once.", async () => {
    const { told } = await listening();
    const host = await guest();
    const friend = await guest();
    const id = await createEvent(host);
    const [row] = await rows<{ uuid: string }>("SELECT uuid FROM events WHERE id = ?", id);
    await changeEvent(host, id, { name: "Другой поход" });
    await decide(host, await createRequest(friend, id), "accept");
    await post(`/api/v1/events/${id}/leave/`, undefined, friend.with);
    await rows("DELETE FROM events WHERE id = ?", id);
    const all = await told(`event:${row?.uuid}`);
    expect(typesOf(all)).toEqual([
      "event.created",
      "event.member_added",
      "event.updated",
      "event.member_added",
      "event.member_removed",
      "event.deleted",
    ]);
    expect(all[0]?.data).toMatchObject({ id, creator: host.id, starts_at: "2031-05-01T09:00:00.000Z" });
    expect(all[2]?.data).toMatchObject({ name: "Другой поход" });
    expect(all[3]?.data).toEqual({ event: id, uuid: row?.uuid, user: friend.id, is_organizer: false });
  });

  test("A ticket's life is told, without anybody's words.", async () => {
    const { told } = await listening();
    const author = await person();
    const operator = await staffMember({ type: "OPERATOR" });
    const id = await ticketOf(author);
    await changeTicket(operator, id, { status: "IN_PROGRESS" });
    await write(operator, id, "Едет", true);
    const all = await told(`ticket:${id}`);
    expect(typesOf(all)).toEqual([
      "ticket.created",
      "ticket.message_added",
      "ticket.updated",
      "ticket.message_added",
      // Who writes first takes it.
      "ticket.updated",
    ]);
    expect(all[3]?.data).toMatchObject({ ticket: id, author: operator.id, is_internal: true });
    expect(JSON.stringify(all)).not.toMatch(/Едет|эвакуатор/i);
  });

  test("A truck's position is told once in each interval, and none while one waits.", async () => {
    const { told, endpoint } = await listening(["truck.position"], { position_seconds: 60 });
    const there = await scene();
    const minute = Math.ceil(Date.now() / 60_000) * 60_000;
    const report = (at: number) =>
      env.DB.prepare("UPDATE tow_trucks SET latitude = 55, longitude = 37, located_at = ? WHERE id = ?")
        .bind(at, there.truck)
        .run();
    const accepted = () =>
      rows(
        "UPDATE webhook_deliveries SET state = 'accepted', next_at = NULL WHERE endpoint_id = ?",
        endpoint.id,
      );
    const subject = `position:${there.truck}`;
    await report(minute);
    await accepted();
    for (const seconds of [5, 10, 59]) await report(minute + seconds * 1000);
    expect(await told(subject)).toHaveLength(1);
    await report(minute + 60_000);
    expect(await told(subject)).toHaveLength(2);
    // The second one has not been accepted yet.
    await report(minute + 120_000);
    await report(minute + 180_000);
    expect(await told(subject)).toHaveLength(2);
    await accepted();
    await report(minute + 240_000);
    const all = await told(subject);
    expect(all).toHaveLength(3);
    expect(all[0]).toMatchObject({
      person_id: there.driver.id,
      data: {
        tow_truck: there.truck,
        latitude: 55,
        longitude: 37,
        located_at: new Date(minute).toISOString(),
      },
    });
  });
});

describe("whoever makes the change", () => {
  const update = async (change: (there: Scene, id: string) => Promise<{ status: number }>) => {
    const { told } = await listening(["order.updated"]);
    const there = await scene();
    const id = await place(there);
    expect((await change(there, id)).status).toBeLessThan(300);
    return told(`order:${id}`);
  };

  test("An order edited by its client is told.", async () => {
    const edit = { delivery_latitude: 55.9 };
    const all = await update(({ client }, id) => patch(at(id), edit, { token: client.token }));
    expect(typesOf(all)).toEqual(["order.updated"]);
  });

  test("An order edited in the console is told.", async () => {
    const headers = { "if-match": "*" };
    const all = await update(({ operator }, id) =>
      patch(`/api/admin/orders/${id}/`, { priority: "URGENT" }, { token: operator.token, headers }),
    );
    expect(all.map(({ data }) => data.priority)).toEqual(["URGENT"]);
  });

  test("An order confirmed by the console's action is told.", async () => {
    const all = await update(({ operator }, id) =>
      post(`/api/admin/orders/${id}/actions/confirm/`, undefined, { token: operator.token }),
    );
    expect(all.map(({ data }) => data.status)).toEqual(["CONFIRMED"]);
  });

  test("A change that is refused is not told.", async () => {
    const { told } = await listening(["order.updated"]);
    const there = await scene();
    const id = await orderIn(there, "PENDING");
    expect((await move(there.operator, id, { status: "COMPLETED" })).status).toBe(400);
    expect(await told(`order:${id}`)).toEqual([]);
  });

  test("Of a change made at once from two sides only the one that happened is told.", async () => {
    const { told } = await listening(["order.updated"]);
    const there = await scene();
    const id = await orderIn(there, "PENDING");
    const confirm = () => move(there.operator, id, { status: "CONFIRMED" });
    await Promise.all([confirm(), confirm()]);
    expect(await told(`order:${id}`)).toHaveLength(1);
  });

  test("An event made and changed by AlphaBet and in the console is told.", async () => {
    const { told } = await listening(["event.created", "event.updated"]);
    const host = await newPerson("owner");
    const staff = await newPerson("staff");
    const event = {
      name: "Ride",
      starting_time: "2031-01-01T10:00Z",
      end_time: "2031-01-01T11:00Z",
      location: "Bridge",
      participants: [],
    };
    const { body } = await post("/api/events/", event, { token: host.token });
    const [row] = await rows<{ id: number }>("SELECT id FROM events WHERE uuid = ?", body.id);
    const headers = { "if-match": "*" };
    await patch(`/api/admin/events/${row?.id}/`, { name: "Moved" }, { token: staff.token, headers });
    const all = await told(`event:${body.id}`);
    expect(all.map(({ type, data }) => [type, data.name])).toEqual([
      ["event.created", "Ride"],
      ["event.updated", "Moved"],
    ]);
  });
});

describe("who is told", () => {
  test("Only active endpoints that asked for the type are told.", async () => {
    const { told, endpoint } = await listening(["order.deleted"]);
    const off = await listening(["order.created"], { is_active: false });
    const both = await listening(["order.created", "order.deleted"]);
    const id = await place(await scene());
    await rows("DELETE FROM orders WHERE id = ?", id);
    expect(typesOf(await told(`order:${id}`))).toEqual(["order.deleted"]);
    expect(await off.told(`order:${id}`)).toEqual([]);
    expect(typesOf(await both.told(`order:${id}`))).toEqual(["order.created", "order.deleted"]);
    await patch(
      `/api/v1/webhooks/endpoints/${endpoint.id}/`,
      { types: ["order.created"] },
      {
        token: endpoint.staff.token,
      },
    );
    const next = await place(await scene());
    expect(typesOf(await told(`order:${next}`))).toEqual(["order.created"]);
    await del(`/api/v1/webhooks/endpoints/${endpoint.id}/`, undefined, { token: endpoint.staff.token });
    expect(await rows("SELECT 1 FROM webhook_subscriptions WHERE endpoint_id = ?", endpoint.id)).toEqual([]);
  });
});

describe("what it costs", () => {
  /** Statements, and rows of the database read and written, by confirming an order. */
  const confirm = async () => {
    const there = await scene();
    const id = await orderIn(there, "PENDING");
    const path = at(id, "update-status/");
    const { bill } = await charge(counted(), 200, "PATCH", path, {
      token: there.operator.token,
      body: { status: "CONFIRMED" },
    });
    return {
      statements: bill.statements.length,
      trips: bill.roundTrips,
      sends: bill.queueSends.length,
      written: bill.written,
    };
  };
  const touch = async (status: string) => {
    const id = await orderIn(await scene(), "PENDING");
    const statement = env.DB.prepare("UPDATE orders SET status = ? WHERE id = ?").bind(status, id);
    const { meta } = await statement.run();
    return [meta.rows_read, meta.rows_written];
  };

  test("Without an endpoint for its type a change reads and writes no row more, and has no statement more.", async () => {
    // The order's row by its key; the row and its index of states.
    expect(await touch("CONFIRMED")).toEqual([1, 2]);
    await confirm();
    const before = await confirm();
    const { endpoint } = await listening(["truck.position", "ticket.created"]);
    expect(await touch("CONFIRMED")).toEqual([1, 2]);
    expect(await confirm()).toEqual(before);
    await patch(
      `/api/v1/webhooks/endpoints/${endpoint.id}/`,
      { types: ["order.updated"] },
      {
        token: endpoint.staff.token,
      },
    );
    const [, written = 0] = await touch("CONFIRMED");
    expect(written).toBeGreaterThan(2);
    // The delivery is written by the statement of the change.
    expect((await confirm()).statements).toBe(before.statements);
  });
});
