/** The console keeps to the rules of each domain: what belongs to a change happens with it. */
import { beforeAll, describe, expect, test } from "vitest";
import { mint, type Person } from "../authorization/world.ts";
import { del, get, outboxOf, patch, post, rows, unique } from "../harness/api.ts";
import { anOrder, aPayment, aTariff, aTruck } from "./towing.ts";

let operator: Person;
let staff: Person;
beforeAll(async () => {
  operator = await mint("operator");
  staff = await mint("staff");
});
const as = (who: Person) => ({ token: who.token, headers: { "accept-language": "en", "if-match": "*" } });
const effectsOf = (kind: string, address: string) =>
  rows<{ payload: string }>("SELECT payload FROM outbox WHERE kind = ? AND address = ?", kind, address);

describe("a truck", () => {
  const body = { model: "MAN TGL", capacity: 5 };

  test("A truck can have several tariffs.", async () => {
    const [one, other] = [await aTariff(), await aTariff()];
    const facts = { ...body, license_plate: unique("E"), vehicle_types: [other, one, one] };
    const made = await post("/api/admin/tow-trucks/", facts, as(operator));
    expect(made).toMatchObject({ status: 201, body: { vehicle_types: [one, other], status: "OFFLINE" } });
    const path = `/api/admin/tow-trucks/${made.body.id}/`;
    expect((await patch(path, { vehicle_types: [one] }, as(operator))).body.vehicle_types).toEqual([one]);
    const found = await get(`/api/admin/tow-trucks/?vehicle_type=${one}`, as(operator));
    expect(found.body.results.map(({ id }: { id: number }) => id)).toEqual([made.body.id]);
    expect((await get(`/api/admin/tow-trucks/?vehicle_type=${other}`, as(operator))).body.count).toBe(0);
  });

  test("A deleted truck can be restored with its tariffs.", async () => {
    const type = await aTariff();
    const id = await aTruck({ tariff: type });
    await del(`/api/admin/tow-trucks/${id}/`, undefined, as(operator));
    const { body: log } = await get(`/api/admin/audit-log/?subject=tow_truck:${id}`, as(operator));
    const path = `/api/admin/audit-log/${log.results[0].id}/actions/revert/`;
    expect(await post(path, undefined, as(operator))).toMatchObject({
      status: 200,
      body: { vehicle_types: [type], model: "MAN" },
    });
  });

  test("A truck's driver must be a driver.", async () => {
    const [driver, client] = [await mint("driver"), await mint("owner")];
    const path = `/api/admin/tow-trucks/${await aTruck()}/`;
    const refused = await patch(path, { driver: client.id }, as(operator));
    expect(refused).toMatchObject({ status: 400, body: { driver: ["This person is not a driver."] } });
    expect((await patch(path, { driver: driver.id }, as(operator))).body.driver).toBe(driver.id);
  });

  test("A truck on a job keeps its driver and its state, and can't be deleted.", async () => {
    const client = await mint("owner");
    const truck = await aTruck({ status: "BUSY" });
    await anOrder({ client: client.id, tariff: await aTariff(), truck, status: "ASSIGNED" });
    const path = `/api/admin/tow-trucks/${truck}/`;
    for (const change of [{ status: "OFFLINE" }, { driver: (await mint("driver")).id }])
      expect((await patch(path, change, as(operator))).status).toBe(409);
    expect((await patch(path, { model: "Scania" }, as(operator))).status).toBe(200);
    expect((await del(path, undefined, as(operator))).status).toBe(409);
    expect(await rows("SELECT status, model FROM tow_trucks WHERE id = ?", truck)).toEqual([
      { status: "BUSY", model: "Scania" },
    ]);
  });
});

describe("an order", () => {
  const at = (id: string) => `/api/admin/orders/${id}/`;
  const newOrder = async (status = "PENDING") =>
    anOrder({ client: (await mint("owner")).id, tariff: await aTariff(), status });

  test("An order changes its state by actions only, with history, notice and audit row.", async () => {
    const id = await newOrder();
    expect((await patch(at(id), { status: "COMPLETED" }, as(operator))).status).toBe(400);
    expect((await post(`${at(id)}actions/confirm/`, undefined, as(operator))).status).toBe(204);
    const { body } = await get(`/api/admin/order-history/?order_id=${id}`, as(operator));
    expect(body.results).toMatchObject([
      { old_status: "PENDING", new_status: "CONFIRMED", changed_by: operator.id },
    ]);
    expect(await rows("SELECT action FROM audit_log WHERE subject = ?", `order:${id}`)).toEqual([
      { action: "order.move" },
    ]);
  });

  test("An order refuses a transition that does not exist.", async () => {
    const id = await newOrder("CANCELLED");
    expect((await post(`${at(id)}actions/confirm/`, undefined, as(operator))).status).toBe(400);
    expect((await get(at(id), as(operator))).body.status).toBe("CANCELLED");
  });

  test("A finished order keeps its route; an active one gets a new estimate with a new route.", async () => {
    const id = await newOrder();
    const before = (await get(at(id), as(operator))).body;
    const change = { delivery: { latitude: 59.93, longitude: 30.33 }, delivery_address: "Nevsky 1" };
    const { body } = await patch(at(id), change, as(operator));
    expect(body).toMatchObject(change);
    expect(Number(body.estimated_price)).toBeGreaterThan(Number(before.estimated_price));
    const over = await newOrder("COMPLETED");
    const refused = await patch(at(over), change, as(operator));
    expect(refused.status).toBe(400);
    expect(Object.keys(refused.body).sort()).toEqual(["delivery", "delivery_address"]);
    expect((await patch(at(over), { final_price: "1200.50" }, as(operator))).body.final_price).toBe(
      "1200.50",
    );
  });

  test("Many orders are cancelled at once, each by its own rules.", async () => {
    const ids = [await newOrder(), await newOrder("COMPLETED")];
    const { body } = await post("/api/admin/orders/bulk/", { action: "cancel", ids }, as(operator));
    expect(body).toMatchObject({ count: 2, done: 1, failed: [{ id: ids[1] }] });
  });

  test("An order without a car can be read.", async () => {
    const { body } = await get(at(await newOrder()), as(operator));
    expect(body.vehicle).toBeNull();
    expect(body.pickup).toEqual({ latitude: 55.76, longitude: 37.61 });
    expect(body.estimated_price).toBe("1000.00");
  });
});

test("A payment is settled by its own actions, and its client is notified.", async () => {
  const client = await mint("owner");
  const order = await anOrder({ client: client.id, tariff: await aTariff(), status: "COMPLETED" });
  const id = await aPayment(order, 50_000);
  const act = (action: string) =>
    post(`/api/admin/payments/${id}/actions/${action}/`, undefined, as(operator));
  expect((await act("refund")).status).toBe(400);
  expect((await act("complete")).status).toBe(204);
  const { body } = await get(`/api/admin/payments/${id}/`, as(operator));
  expect(body).toMatchObject({ status: "COMPLETED", amount: "500.00", paid_at: expect.any(String) });
  const told = await get(`/api/admin/notifications/?user=${client.id}`, as(operator));
  expect(told.body.results).toMatchObject([{ type: "PAYMENT_RECEIVED" }]);
});

test("A ticket gets a closing time, loses it when reopened, and can be assigned to operators only.", async () => {
  const author = await mint("owner");
  const id = crypto.randomUUID();
  await rows(
    `INSERT INTO support_tickets (id, author_id, subject, description, last_message_at, created_at, updated_at)
     VALUES (?, ?, 'Help', 'Now', 1, 1, 1)`,
    id,
    author.id,
  );
  const path = `/api/admin/support-tickets/${id}/`;
  expect((await patch(path, { assigned_to: author.id }, as(operator))).status).toBe(400);
  const closed = await patch(path, { status: "RESOLVED", assigned_to: operator.id }, as(operator));
  expect(closed.body).toMatchObject({ assigned_to: operator.id, closed_at: expect.any(String) });
  expect((await patch(path, { status: "IN_PROGRESS" }, as(operator))).body.closed_at).toBeNull();
});

describe("an event", () => {
  test("An event changed by staff is announced to its room and its members.", async () => {
    const member = await mint("owner");
    const facts = { name: unique("Ride"), starts_at: "2031-01-01T10:00:00Z", location: "Мост" };
    const made = await post("/api/admin/events/", facts, as(staff));
    expect(made).toMatchObject({ status: 201, body: { ...facts, starts_at: "2031-01-01T10:00:00.000Z" } });
    const path = `/api/admin/events/${made.body.id}/`;
    const join = { event: made.body.id, user: member.id, is_organizer: true };
    expect((await post("/api/admin/event-members/", join, as(staff))).status).toBe(201);
    expect((await patch(path, { name: "Moved", price: "99.90" }, as(staff))).body).toMatchObject({
      name: "Moved",
      price: "99.90",
      members_count: 1,
    });
    expect(await outboxOf(`${member.username}@example.com`)).toHaveLength(1);
    expect((await effectsOf("event_notice", `event:${made.body.uuid}`)).length).toBeGreaterThanOrEqual(2);
    const [row] = await rows("SELECT location_key FROM events WHERE id = ?", made.body.id);
    expect(row).toEqual({ location_key: "мост" });
    expect((await del(path, undefined, as(staff))).status).toBe(204);
    expect(await outboxOf(`${member.username}@example.com`)).toHaveLength(2);
  });

  test("An event that ends before it begins is refused.", async () => {
    const facts = { name: "x", starts_at: "2031-01-01T10:00:00Z", ends_at: "2030-01-01T10:00:00Z" };
    expect((await post("/api/admin/events/", facts, as(staff))).status).toBe(400);
  });

  test("An event's organizers can be set in the console.", async () => {
    const member = await mint("owner");
    const { body } = await post(
      "/api/admin/events/",
      { name: "x", starts_at: "2031-01-01T10:00:00Z" },
      as(staff),
    );
    await post("/api/admin/event-members/", { event: body.id, user: member.id }, as(staff));
    const path = `/api/admin/event-members/${body.id}:${member.id}/`;
    expect((await patch(path, { is_organizer: true }, as(staff))).body).toMatchObject({
      id: `${body.id}:${member.id}`,
      is_organizer: true,
    });
    expect((await del(path, undefined, as(staff))).status).toBe(204);
    expect((await get(path, as(staff))).status).toBe(404);
  });
});

describe("taking a member out of a full event", () => {
  async function fullEvent() {
    const [member, first, second] = await Promise.all([mint("owner"), mint("owner"), mint("owner")]);
    const facts = { name: unique("Full"), starts_at: "2031-01-01T10:00:00Z", max_members: 1 };
    const { body } = await post("/api/admin/events/", facts, as(staff));
    await post("/api/admin/event-members/", { event: body.id, user: member.id }, as(staff));
    for (const [at, who] of [first, second].entries())
      await rows(
        `INSERT INTO participation_requests (event_id, user_id, is_waiting, created_at, updated_at)
         VALUES (?, ?, 1, ${at + 1}, 1)`,
        body.id,
        who.id,
      );
    return { event: body.id as number, member, first, second };
  }
  const waitingIn = (event: number) =>
    rows(
      "SELECT user_id, is_waiting FROM participation_requests WHERE event_id = ? ORDER BY created_at",
      event,
    );
  const roomUpdatesOf = (event: number) =>
    rows("SELECT user_id, type FROM notifications WHERE about = ?", `event:${event}`);

  test("Removing a member of a full event offers the place to the person who waits longest, and to nobody else.", async () => {
    const { event, member, first, second } = await fullEvent();
    expect((await del(`/api/admin/event-members/${event}:${member.id}/`, undefined, as(staff))).status).toBe(
      204,
    );
    expect(await waitingIn(event)).toEqual([
      { user_id: first.id, is_waiting: 0 },
      { user_id: second.id, is_waiting: 1 },
    ]);
    expect(await roomUpdatesOf(event)).toEqual([{ user_id: first.id, type: "PARTICIPATION_PLACE_FREE" }]);
  });

  test("Removing a member of a full event deletes their request.", async () => {
    const { event, member } = await fullEvent();
    await rows(
      `INSERT INTO participation_requests (event_id, user_id, status, created_at, updated_at)
       VALUES (?, ?, 'Accepted', 0, 0)`,
      event,
      member.id,
    );
    await del(`/api/admin/event-members/${event}:${member.id}/`, undefined, as(staff));
    expect((await waitingIn(event)).map(({ user_id }) => user_id)).not.toContain(member.id);
  });
});

test("A task made by staff is announced by an effect.", async () => {
  const { body } = await post("/api/admin/tasks/", { title: "Photo", description: "Gate" }, as(staff));
  const [effect] = await rows<{ payload: string }>(
    "SELECT payload FROM outbox WHERE kind = 'task_notice' AND payload ->> 'ref' = ?",
    `task:${body.id}`,
  );
  expect(JSON.parse(effect?.payload ?? "")).toMatchObject({ body: { task_id: body.id, title: "Photo" } });
});

test("A driver's earnings are computed when staff corrects an entry.", async () => {
  const driver = await mint("driver");
  const facts = { user: driver.id, app_income: "1000", commission: "35", expenses: "59.50" };
  const made = await post("/api/admin/calculator-entries/", facts, as(staff));
  expect(made.body).toMatchObject({ earnings: "590.50", commission: "35.00" });
  const path = `/api/admin/calculator-entries/${made.body.id}/`;
  expect((await patch(path, { expenses: "" }, as(staff))).body).toMatchObject({
    earnings: "650.00",
    expenses: null,
  });
  expect((await patch(path, { earnings: "99999" }, as(staff))).status).toBe(400);
});

test("A car post corrected by staff is found by its new text and price.", async () => {
  const owner = await mint("owner");
  const [post_] = await rows<{ id: number }>(
    `INSERT INTO car_posts (user_id, created_at, car_name, model, year, engine, fuel, body, transmission, gear_number,
      color, seat_number, milleage, power, emission_standard, price, search_key, fuel_key, transmission_key, location_key)
     VALUES (?, 1, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', '', '', '', '') RETURNING id`,
    owner.id,
  );
  await patch(`/api/admin/car-posts/${post_?.id}/`, { car_name: "Нива", price: "900" }, as(staff));
  const [row] = await rows("SELECT search_key, price_value FROM car_posts WHERE id = ?", post_?.id);
  expect(row).toMatchObject({ search_key: expect.stringContaining("нива"), price_value: 90_000 });
});

describe("people", () => {
  test("People are shown with sex, city and friends, and can be filtered by them.", async () => {
    const [one, other] = [await mint("owner"), await mint("owner")];
    const facts = { user: one.id, sex: "Ж", city: 607, profession: "Врач" };
    expect((await post("/api/admin/profiles/", facts, as(staff))).status).toBe(201);
    const [low, high] = [one.id, other.id].sort((a, b) => a - b);
    await rows(
      "INSERT INTO friendships (low_id, high_id, initiator_id, created_at) VALUES (?, ?, ?, 1)",
      low,
      high,
      one.id,
    );
    const found = await get(`/api/admin/users/?search=${one.username}&city=607&sex=Ж`, as(staff));
    expect(found.body.results).toMatchObject([{ id: one.id, sex: "Ж", city: 607, friends_count: 1 }]);
    expect((await get(`/api/admin/users/?search=${one.username}&city=829`, as(staff))).body.count).toBe(0);
    const friends = await get(`/api/admin/friendships/?user=${other.id}`, as(staff));
    expect(friends.body.results).toMatchObject([{ initiator: one.id, friend: other.id }]);
    expect((await del(`/api/admin/friendships/${low}:${high}/`, undefined, as(staff))).status).toBe(204);
    expect(await effectsOf("chat_rights", `users:${low}-${high}`)).toHaveLength(1);
  });

  test("People who withdraw consent to be located have no place.", async () => {
    const who = await mint("owner");
    await rows(
      `INSERT INTO social_profiles (user_id, is_geoip_allowed, latitude, longitude, located_at)
       VALUES (?, 1, 55.7, 37.6, 1)`,
      who.id,
    );
    const path = `/api/admin/profiles/${who.id}/`;
    expect((await patch(path, { purpose: "Лыжи" }, as(staff))).body.place).toEqual({
      latitude: 55.7,
      longitude: 37.6,
    });
    const { body } = await patch(path, { is_geoip_allowed: false }, as(staff));
    expect(body).toMatchObject({ place: null, located_at: null });
  });

  test("People blocked by staff leave each other's rooms, and nobody can block themselves.", async () => {
    const [one, other] = [await mint("owner"), await mint("owner")];
    const body = { user: one.id, blocked_user: other.id };
    expect((await post("/api/admin/blocks/", body, as(staff))).status).toBe(201);
    const [low, high] = [one.id, other.id].sort((a, b) => a - b);
    expect(await effectsOf("chat_rights", `users:${low}-${high}`)).toHaveLength(1);
    const self = await post("/api/admin/blocks/", { user: one.id, blocked_user: one.id }, as(staff));
    expect(self.status).toBe(400);
  });
});

test("A deleted document's scan is deleted too.", async () => {
  const owner = await mint("owner");
  const [paper] = await rows<{ id: number }>(
    "INSERT INTO documents (user_id, name, created_at) VALUES (?, 'Licence', 1) RETURNING id",
    owner.id,
  );
  const key = `private/${crypto.randomUUID()}`;
  await rows(
    `INSERT INTO files (owner_id, purpose, subject_id, key, original_name, content_type, status, created_at)
     VALUES (?, 'document', ?, ?, 'a.png', 'image/png', 'finished', 1)`,
    owner.id,
    paper?.id,
    key,
  );
  expect((await del(`/api/admin/documents/${paper?.id}/`, undefined, as(staff))).status).toBe(204);
  expect(await effectsOf("object", key)).toHaveLength(1);
});
