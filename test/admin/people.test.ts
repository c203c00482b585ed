/** People and what belongs to them in the console: profiles, tasks, earnings, car posts and documents. */
import { beforeAll, describe, expect, test } from "vitest";
import { newPerson, type Person } from "../authorization/world.ts";
import { del, get, patch, post, rows } from "../harness/api.ts";
import { asAnyVersion as as } from "./requests.ts";

let staff: Person;

const effectsOf = (kind: string, address: string) =>
  rows<{ payload: string }>("SELECT payload FROM outbox WHERE kind = ? AND address = ?", kind, address);

beforeAll(async () => {
  staff = await newPerson("staff");
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
  const driver = await newPerson("driver");
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
  const owner = await newPerson("owner");
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
    const [one, other] = [await newPerson("owner"), await newPerson("owner")];
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
    const who = await newPerson("owner");
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
    const [one, other] = [await newPerson("owner"), await newPerson("owner")];
    const body = { user: one.id, blocked_user: other.id };
    expect((await post("/api/admin/blocks/", body, as(staff))).status).toBe(201);
    const [low, high] = [one.id, other.id].sort((a, b) => a - b);
    expect(await effectsOf("chat_rights", `users:${low}-${high}`)).toHaveLength(1);
    const self = await post("/api/admin/blocks/", { user: one.id, blocked_user: one.id }, as(staff));
    expect(self.status).toBe(400);
  });
});

test("A deleted document's scan is deleted too.", async () => {
  const owner = await newPerson("owner");
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
