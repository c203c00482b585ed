/** Endpoints of webhooks through the API. */
import { describe, expect, test } from "vitest";
import { newPerson } from "../authorization/world.ts";
import { call, del, get, patch, post, rows } from "../harness/api.ts";
import { ENDPOINTS, newEndpoint } from "./endpoints.ts";

const types = ["order.created", "order.updated"];

test("A new endpoint answers with its secret, which no other answer holds.", async () => {
  const { id, secret, url, staff } = await newEndpoint(types, { description: "ERP" });
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  const read = await get(`${ENDPOINTS}${id}/`, { token: staff.token });
  expect(read.body).toMatchObject({
    url,
    types,
    description: "ERP",
    is_active: true,
    position_seconds: 60,
    owner: staff.id,
    failing_since: null,
  });
  const list = await get(ENDPOINTS, { token: staff.token });
  const console = await get(`/api/admin/webhook-endpoints/${id}/`, { token: staff.token });
  expect(list.body.map((each: { id: number }) => each.id)).toContain(id);
  expect(JSON.stringify([read.body, list.body, console.body])).not.toContain(secret);
  const [stored] = await rows<{ secret: string }>("SELECT secret FROM webhook_endpoints WHERE id = ?", id);
  expect(stored?.secret).not.toContain(secret);
});

describe("who may manage endpoints", () => {
  test.each(["stranger", "driver", "operator"] as const)("A %s may not.", async (role) => {
    const { token } = await newPerson(role);
    expect((await get(ENDPOINTS, { token })).status).toBe(403);
    expect((await post(ENDPOINTS, {}, { token })).status).toBe(403);
    expect((await get("/api/admin/webhook-endpoints/", { token })).status).toBe(403);
    expect((await get("/api/admin/webhook-deliveries/", { token })).status).toBe(403);
  });

  test("Nobody may without signing in.", async () => {
    expect((await get(ENDPOINTS)).status).toBe(401);
    expect((await post(ENDPOINTS, {})).status).toBe(401);
  });

  test("Any member of staff may change the endpoint of another.", async () => {
    const { id } = await newEndpoint(types);
    const other = await newPerson("staff");
    const changed = await patch(`${ENDPOINTS}${id}/`, { description: "ours" }, { token: other.token });
    expect(changed.body).toMatchObject({ description: "ours" });
    const [entry] = await rows(
      "SELECT * FROM audit_log WHERE subject = ? ORDER BY id DESC",
      `webhook_endpoint:${id}`,
    );
    expect(entry).toMatchObject({ actor_id: other.id, action: "webhook_endpoint.change" });
  });
});

describe("what is refused", () => {
  test.each([
    ["url", { url: "http://hooks.example.com/" }],
    ["url", { url: "https://127.0.0.1/" }],
    ["url", { url: "https://caravan.test/in" }],
    ["url", { url: "https://metadata.google.internal/" }],
    ["url", { url: "" }],
    ["types", { types: [] }],
    ["types", { types: ["order.vanished"] }],
    ["types", { types: "order.created" }],
    ["owner", { owner: 999_999_999 }],
    ["position_seconds", { position_seconds: 1 }],
    ["is_active", { is_active: "perhaps" }],
  ])(
    "A %s that can't be is named, for a new endpoint, a change and the console, and nothing is written.",
    async (name, fault) => {
      const { id, staff, url } = await newEndpoint(types);
      const { token } = staff;
      const good = { url: "https://other.example.com/", types };
      const before = await rows("SELECT * FROM webhook_endpoints ORDER BY id");
      const headers = { "if-match": "*" };
      const answers = [
        await post(ENDPOINTS, { ...good, ...fault }, { token }),
        await patch(`${ENDPOINTS}${id}/`, fault, { token }),
        await post("/api/admin/webhook-endpoints/", { ...good, ...fault }, { token }),
        await patch(`/api/admin/webhook-endpoints/${id}/`, fault, { token, headers }),
      ];
      expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400]);
      for (const { body } of answers) expect(Object.keys(body)).toContain(name);
      expect(await rows("SELECT * FROM webhook_endpoints ORDER BY id")).toEqual(before);
      expect((await get(`${ENDPOINTS}${id}/`, { token })).body.url).toBe(url);
    },
  );

  test("A missing endpoint is a 404 everywhere.", async () => {
    const { token } = await newPerson("staff");
    const missing = `${ENDPOINTS}999999/`;
    const range = { from: "2026-01-01T00:00Z", to: "2026-02-01T00:00Z" };
    const asked = [
      ["GET", missing],
      ["PATCH", missing, { description: "a" }],
      ["DELETE", missing],
      ["POST", `${missing}rotate/`],
      ["POST", `${missing}test/`],
      ["GET", `${missing}deliveries/`],
      ["POST", `${missing}replay/`, range],
      ["POST", "/api/v1/webhooks/deliveries/999999/replay/"],
    ] as const;
    for (const [method, path, body] of asked)
      expect((await call(method, path, { token, body })).status, path).toBe(404);
  });

  test("There are no more endpoints than the quota allows, by either way.", async () => {
    const { staff } = await newEndpoint(types);
    const settings = { QUOTA_WEBHOOK_ENDPOINTS: "1" };
    const body = { url: "https://second.example.com/", types };
    for (const path of [ENDPOINTS, "/api/admin/webhook-endpoints/"]) {
      const refused = await post(path, body, { token: staff.token, settings });
      expect(refused.status).toBe(400);
      expect(refused.body.non_field_errors[0]).toMatch(/at most 1 |не больше 1:/);
    }
  });
});

test("A repeated request with an Idempotency-Key adds one endpoint.", async () => {
  const staff = await newPerson("staff");
  const headers = { "idempotency-key": crypto.randomUUID() };
  const body = { url: `https://${crypto.randomUUID()}.example.com/`, types };
  const [one, two] = [
    await post(ENDPOINTS, body, { token: staff.token, headers }),
    await post(ENDPOINTS, body, { token: staff.token, headers }),
  ];
  expect(two.body).toEqual(one.body);
  expect(await rows("SELECT 1 FROM webhook_endpoints WHERE url = ?", body.url)).toHaveLength(1);
  expect((await del(`${ENDPOINTS}${one.body.id}/`, undefined, { token: staff.token })).status).toBe(204);
  expect((await del(`${ENDPOINTS}${one.body.id}/`, undefined, { token: staff.token })).status).toBe(404);
});

test("An endpoint made in the console has a secret, which is shown there when asked for, and audited.", async () => {
  const staff = await newPerson("staff");
  const { token } = staff;
  const url = `https://${crypto.randomUUID()}.example.com/`;
  const made = await post("/api/admin/webhook-endpoints/", { url, types }, { token });
  expect(made.status).toBe(201);
  expect(made.body).toMatchObject({ url, owner: staff.id, is_active: true, position_seconds: 60 });
  const path = `/api/admin/webhook-endpoints/${made.body.id}/actions/`;
  const shown = await post(`${path}secret/`, undefined, { token });
  expect(shown.body.secret).toMatch(/^whsec_/);
  const rotated = await post(`${path}rotate/`, undefined, { token });
  expect(rotated.body.secret).not.toBe(shown.body.secret);
  const entries = await rows<{ action: string }>(
    "SELECT action FROM audit_log WHERE subject = ? ORDER BY id",
    `webhook_endpoint:${made.body.id}`,
  );
  expect(entries.map(({ action }) => action)).toEqual([
    "webhook_endpoint.create",
    "webhook_endpoint.reveal_secret",
    "webhook_endpoint.rotate_secret",
  ]);
  await rows("DELETE FROM webhook_endpoints WHERE id = ?", made.body.id);
});

test("An endpoint that is switched off and on again, by API or console, begins anew.", async () => {
  const { id, staff } = await newEndpoint(types);
  const { token } = staff;
  await rows("UPDATE webhook_endpoints SET failing_since = 1, warned_at = 2 WHERE id = ?", id);
  const off = await patch(`${ENDPOINTS}${id}/`, { is_active: false }, { token });
  expect(off.body).toMatchObject({ is_active: false, disabled_reason: "staff" });
  expect(off.body.disabled_at).not.toBe(null);
  const headers = { "if-match": "*" };
  await patch(`/api/admin/webhook-endpoints/${id}/`, { is_active: true }, { token, headers });
  const on = await get(`${ENDPOINTS}${id}/`, { token });
  expect(on.body).toMatchObject({
    is_active: true,
    disabled_at: null,
    disabled_reason: null,
    failing_since: null,
  });
});

test("The types of events are listed in the caller's language.", async () => {
  const { token } = await newPerson("staff");
  const headers = { "accept-language": "ru" };
  const answer = await get("/api/v1/webhooks/types/", { token, headers });
  expect(answer.body).toContainEqual({ type: "order.created", about: "Создан заказ" });
});
