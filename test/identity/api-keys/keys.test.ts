/** API keys of servers: made, shown once, used, noted, limited, expired, revoked, audited. */
import { expect, test } from "vitest";
import { findKeyCaller } from "../../../src/modules/identity/api-keys/queries.ts";
import { authenticate, purgeApiKeys, socketTokenRefresh } from "../../../src/modules/identity/index.ts";
import { purgeKeyUses } from "../../../src/platform/db/audit.ts";
import { del, get, outboxOf, person, post, rows, send, staffMember } from "../../harness/api.ts";
import { jobContext } from "../../harness/job-context.ts";
import { withTotp } from "../factors/factor-holders.ts";
import { ALL_SCOPES, KEYS, keyFor } from "./key-holders.ts";

const english = { "accept-language": "en" };
const draft = { name: "Billing", scopes: ["orders:read", "account:read", "account:read"] };
const PROFILE = "/api/v1/auth/profile/";

test("A key is shown once and stored as its hash; it calls as its owner, and the list says what it is.", async () => {
  const ann = await person();
  const made = await post(KEYS, { ...draft, current_password: ann.password }, { token: ann.token });
  expect(made.status).toBe(201);
  const { key, ...shown } = made.body;
  expect(key).toMatch(/^cvk_[\w-]{43}$/);
  expect(shown).toMatchObject({
    name: "Billing",
    prefix: key.slice(0, 10),
    scopes: ["account:read", "orders:read"],
    last_used_at: null,
  });
  expect(Date.parse(shown.expires_at) - Date.parse(shown.created_at)).toBe(90 * 86_400_000);
  expect((await get(KEYS, { token: ann.token })).body).toEqual([shown]);
  expect(JSON.stringify(await rows("SELECT * FROM api_keys WHERE user_id = ?", ann.id))).not.toContain(key);

  expect((await get(PROFILE, { token: key })).body).toMatchObject({ id: ann.id });
  const [used] = (await get(KEYS, { token: ann.token })).body;
  expect(Date.parse(used.last_used_at)).toBeGreaterThan(Date.now() - 60_000);
  expect((await outboxOf(ann.email)).map(({ subject }) => subject)).toContain(
    "[Caravan] An API key was created",
  );
  const audit = await rows(
    "SELECT actor_id, actor_key, after FROM audit_log WHERE subject = ?",
    `api_key:${shown.id}`,
  );
  expect(audit).toMatchObject([{ actor_id: ann.id, actor_key: null }]);
  expect(JSON.stringify(audit)).not.toContain(key);
});

test("A key needs a fresh proof, a name, known scopes and an end within a year.", async () => {
  const ann = await person();
  const create = (more: object) => post(KEYS, { ...draft, ...more }, { token: ann.token, headers: english });
  expect((await create({})).body).toEqual({ current_password: ["This field is required."] });
  expect((await create({ current_password: "wrong-pass-1" })).body).toEqual({
    current_password: ["The current password is wrong."],
  });
  const proof = { current_password: ann.password };
  for (const [field, value] of [
    ["name", ""],
    ["scopes", []],
    ["scopes", ["everything:write"]],
    ["scopes", ["console:write"]],
    ["expires_in_days", 0],
    ["expires_in_days", 367],
  ] as const)
    expect((await create({ ...proof, [field]: value })).body).toHaveProperty(field);
  expect((await post(KEYS, { ...draft, ...proof })).status).toBe(401);
  expect(await rows("SELECT 1 FROM api_keys WHERE user_id = ?", ann.id)).toEqual([]);
  const { nextCode } = await withTotp(ann);
  expect((await create(proof)).body).toMatchObject({ code: "otp_required" });
  expect((await create({ otp: nextCode() })).status).toBe(201);
});

test("A repeated creation with the same Idempotency-Key makes one key, and returns it again.", async () => {
  const ann = await person();
  const options = { token: ann.token, headers: { "idempotency-key": crypto.randomUUID() } };
  const body = { ...draft, current_password: ann.password };
  const [first, again] = [await post(KEYS, body, options), await post(KEYS, body, options)];
  expect(again.body).toEqual(first.body);
  expect(await rows("SELECT 1 FROM api_keys WHERE user_id = ?", ann.id)).toHaveLength(1);
});

test("How many keys an account may have is a setting, also when two are made at once.", async () => {
  const ann = await person();
  const create = () =>
    post(
      KEYS,
      { ...draft, current_password: ann.password },
      { token: ann.token, settings: { QUOTA_API_KEYS: "1" } },
    );
  const both = await Promise.all([create(), create()]);
  expect(both.map(({ status }) => status).sort()).toEqual([201, 400]);
});

test("Requests with one key are limited, and those with another key or a session are not touched.", async () => {
  const ann = await person();
  const settings = { RATE_API_KEY: "2/60" };
  const [one, other] = [await keyFor(ann.id, ALL_SCOPES), await keyFor(ann.id, ALL_SCOPES)];
  const ask = async (token: string) => (await get(PROFILE, { token, settings })).status;
  expect([await ask(one.key), await ask(one.key), await ask(one.key)]).toEqual([200, 200, 429]);
  expect([await ask(other.key), await ask(ann.token)]).toEqual([200, 200]);
});

test("A revoked key, an expired one, one of a blocked owner and an unknown one are refused.", async () => {
  const [ann, bob] = [await person(), await person()];
  const { id, key } = await keyFor(ann.id, ALL_SCOPES);
  expect((await get(PROFILE, { token: key })).status).toBe(200);
  expect((await del(`${KEYS}${id}/`, undefined, { token: bob.token })).status).toBe(404);
  expect((await del(`${KEYS}${id}/`, undefined)).status).toBe(401);
  expect((await del(`${KEYS}${id}/`, undefined, { token: ann.token })).status).toBe(204);
  expect(await get(PROFILE, { token: key })).toMatchObject({
    status: 401,
    body: { code: "token_not_valid" },
  });
  expect((await del(`${KEYS}${id}/`, undefined, { token: ann.token })).status).toBe(404);
  expect((await outboxOf(ann.email)).map(({ subject }) => subject)).toContain(
    "[Caravan] An API key was revoked",
  );

  const expired = await keyFor(ann.id, ALL_SCOPES, Date.now() - 1);
  expect((await get(PROFILE, { token: expired.key })).status).toBe(401);
  expect((await get(PROFILE, { token: "cvk_nothing" })).status).toBe(401);
  const blocked = await keyFor(bob.id, ALL_SCOPES);
  await rows("UPDATE users SET is_active = 0 WHERE id = ?", bob.id);
  expect((await get(PROFILE, { token: blocked.key })).status).toBe(401);
});

test("A key that another isolate revoked is refused once this one's memory of it is over, within 30 seconds.", async () => {
  const ann = await person();
  const { id, key } = await keyFor(ann.id, ALL_SCOPES);
  const at = async (now: number) =>
    (await authenticate(jobContext({ now: () => now }).ctx, { scheme: "Bearer", value: key, from: "header" }))
      .ok;
  const now = Date.now();
  expect(await at(now)).toBe(true);
  await rows("DELETE FROM api_keys WHERE id = ?", id);
  expect(await at(now + 20_000)).toBe(true);
  expect(await at(now + 30_000)).toBe(false);
});

test("The last use of a key is written once in five minutes, by one of many isolates that see it at once.", async () => {
  const ann = await person();
  const { id, key } = await keyFor(ann.id, ALL_SCOPES);
  const lastUse = async () => (await rows("SELECT last_used_at AS at FROM api_keys WHERE id = ?", id))[0]?.at;
  const start = Date.now();
  const use = async (later: number) => {
    const { ctx, finished } = jobContext({ now: () => start + later });
    await findKeyCaller(ctx, key);
    await finished();
    return lastUse();
  };
  expect(await Promise.all([use(0), use(1), use(2)])).toContain(start);
  expect(await use(299_000)).toBeLessThanOrEqual(start + 2);
  expect(await use(301_000)).toBe(start + 301_000);
});

test("Of two revocations at once, one revokes the key and the other finds none; the owner gets one letter.", async () => {
  const ann = await person();
  const { id } = await keyFor(ann.id, ALL_SCOPES);
  const revoke = () => del(`${KEYS}${id}/`, undefined, { token: ann.token });
  const both = await Promise.all([revoke(), revoke()]);
  expect(both.map(({ status }) => status).sort()).toEqual([204, 404]);
  const letters = (await outboxOf(ann.email)).filter(({ subject }) => /API key was revoked/.test(subject));
  expect(letters).toHaveLength(1);
});

test("A key is a header and nothing else: not a cookie, and no socket or ticket opens by it.", async () => {
  const ann = await person();
  const { key } = await keyFor(ann.id, ALL_SCOPES);
  expect((await get(PROFILE, { headers: { cookie: `jwt=${key}` } })).status).toBe(401);
  expect((await get(PROFILE, { key })).status).toBe(401);
  const offers: readonly Record<string, string>[] = [
    { "Sec-WebSocket-Protocol": `caravan.v1, auth.${key}` },
    { "Sec-WebSocket-Protocol": "caravan.v1", Authorization: `Bearer ${key}` },
  ];
  for (const headers of offers) {
    const response = await send(
      new Request("http://caravan.test/ws/me/", { headers: { Upgrade: "websocket", ...headers } }),
    );
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ code: "key_not_allowed" });
  }
  const ticket = await post("/api/v1/realtime/ticket/", { room: `user:${ann.id}` }, { token: key });
  expect(ticket).toMatchObject({ status: 403, body: { code: "key_not_allowed" } });
  const refresh = socketTokenRefresh(() => jobContext().ctx);
  expect(await refresh(key)).toBeNull();
  expect(await refresh(ann.token)).toMatchObject({ userId: ann.id });
});

test("Every change with a key is in the audit with the key's first characters and its owner, whatever else it leaves there.", async () => {
  const staff = await staffMember();
  const { id, key } = await keyFor(staff.id, ALL_SCOPES);
  const prefix = key.slice(0, 10);
  const tariff = {
    name: `Key ${id.slice(0, 8)}`,
    description: "",
    max_weight: 3.5,
    base_price: "1000.00",
    per_km_rate: "10.00",
  };
  const made = await post("/api/v1/vehicle-types/", tariff, { token: key });
  expect(made.status).toBe(201);
  expect((await post("/api/v1/vehicle-types/", {}, { token: key })).status).toBe(400);
  expect((await get("/api/v1/vehicle-types/", { token: key })).status).toBe(200);
  const audit = await rows<{ action: string }>(
    "SELECT action, actor_id, actor_key, subject, after FROM audit_log WHERE actor_key = ? ORDER BY id",
    prefix,
  );
  expect(audit).toMatchObject([
    { actor_id: staff.id, actor_key: prefix, subject: expect.stringContaining(String(made.body.id)) },
    { action: "api_key.use", actor_id: staff.id, actor_key: prefix, subject: `api_key:${id}` },
  ]);
  expect(JSON.parse(String((audit[1] as unknown as { after: string }).after))).toEqual({
    method: "POST",
    path: "/api/v1/vehicle-types",
    status: 201,
  });
  const shown = await get(`/api/admin/audit-log/?subject=api_key:${id}`, { token: staff.token });
  expect(shown.body.results).toMatchObject([{ actor: staff.id, actor_key: prefix, action: "api_key.use" }]);
});

test("Staff see keys and revoke them in the console, with an audit row and a letter to the owner.", async () => {
  const [staff, ann] = [await staffMember(), await person()];
  const { id, key } = await keyFor(ann.id, ["account:read"]);
  expect((await get(PROFILE, { token: key })).status).toBe(200);
  const operator = await staffMember({ staff: false, type: "OPERATOR" });
  expect((await get(`/api/admin/api-keys/${id}/`, { token: operator.token })).status).toBe(403);
  const row = await get(`/api/admin/api-keys/${id}/`, { token: staff.token });
  expect(row.body).toMatchObject({ user: ann.id, name: "Billing", scopes: ["account:read"] });
  expect(JSON.stringify(row.body)).not.toContain("key_hash");
  const removed = await del(`/api/admin/api-keys/${id}/`, undefined, {
    token: staff.token,
    headers: { "if-match": row.headers.get("etag") ?? "" },
  });
  expect(removed.status).toBe(204);
  expect((await get(PROFILE, { token: key })).status).toBe(401);
  expect(
    await rows(
      "SELECT actor_id FROM audit_log WHERE subject = ? AND action = 'api_key.revoke'",
      `api_key:${id}`,
    ),
  ).toEqual([{ actor_id: staff.id }]);
  expect((await outboxOf(ann.email)).map(({ subject }) => subject)).toContain(
    "[Caravan] An API key was revoked",
  );
});

test("A key of staff without a second factor does nothing where one is required.", async () => {
  const staff = await staffMember();
  const { key } = await keyFor(staff.id, ALL_SCOPES);
  const settings = { STAFF_SECOND_FACTOR: "required" };
  expect(await get("/api/admin/resources/", { token: key, settings })).toMatchObject({
    status: 403,
    body: { code: "second_factor_required" },
  });
  await withTotp(staff);
  expect((await get("/api/admin/resources/", { token: key, settings })).status).toBe(200);
});

test("An export lists the keys without their secrets, a deletion leaves none, and old ones and old uses are purged.", async () => {
  const ann = await person();
  const { id, key } = await keyFor(ann.id, ["account:read"]);
  const { body } = await get("/api/v1/users/me/export/", { token: ann.token });
  expect(body.api_keys).toMatchObject([{ id, name: "Billing", scopes: ["account:read"] }]);
  expect(JSON.stringify(body)).not.toContain(key);
  const old = await keyFor(ann.id, [], Date.now() - 31 * 86_400_000);
  const recent = await keyFor(ann.id, [], Date.now() - 86_400_000);
  const use = (at: number) =>
    rows(
      "INSERT INTO audit_log (at, actor_id, action, subject, request_id) VALUES (?, ?, 'api_key.use', ?, '')",
      at,
      ann.id,
      `api_key:${id}`,
    );
  await use(1);
  await use(Date.now());
  const { ctx } = jobContext();
  await purgeApiKeys(ctx);
  await purgeKeyUses(ctx);
  const left = await rows<{ id: string }>("SELECT id FROM api_keys WHERE user_id = ?", ann.id);
  expect(left.map((row) => row.id).sort()).toEqual([id, recent.id].sort());
  expect(left.map((row) => row.id)).not.toContain(old.id);
  expect(await rows("SELECT 1 FROM audit_log WHERE subject = ?", `api_key:${id}`)).toHaveLength(1);
  await del(PROFILE, undefined, { token: ann.token });
  expect(await rows("SELECT 1 FROM api_keys WHERE user_id = ?", ann.id)).toEqual([]);
  expect((await get(PROFILE, { token: key })).status).toBe(401);
});
