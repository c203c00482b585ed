/** Second factors of staff, where the settings require one, and staff's reset of other people's. */
import { expect, test } from "vitest";
import { socketTokenRefresh } from "../../../src/modules/identity/index.ts";
import {
  call,
  del,
  envWith,
  get,
  outboxOf,
  person,
  post,
  rows,
  send,
  staffMember,
} from "../../harness/api.ts";
import { jobContext } from "../../harness/job-context.ts";
import { FACTORS, factorsOf, PASSKEYS, removeTotp, withPasskey, withTotp } from "./factor-holders.ts";

const settings = { STAFF_SECOND_FACTOR: "required" };
const required = { status: 403, body: { code: "second_factor_required" } };

test.each([
  ["staff", { staff: true, type: "OPERATOR" }],
  ["an operator", { staff: false, type: "OPERATOR" }],
] as const)(
  "Where it is required, %s without a second factor can set one up and do nothing else.",
  async (_, rights) => {
    const ann = await staffMember(rights);
    const { token } = ann;
    const options = { token, settings };
    for (const path of [
      "/api/admin/resources/",
      "/api/v1/orders/list/",
      "/api/v1/users/me/export/",
      "/api/user/",
    ])
      expect(await get(path, options)).toMatchObject(required);
    expect(
      await call("PATCH", "/api/v1/auth/profile/", { ...options, body: { first_name: "A" } }),
    ).toMatchObject(required);
    expect(await post("/api/auth/password/change/", {}, options)).toMatchObject(required);
    for (const path of [FACTORS, PASSKEYS, "/api/v1/auth/profile/", "/api/v1/auth/sessions/"])
      expect((await get(path, options)).status).toBe(200);
    expect((await get(FACTORS, options)).body.required).toBe(true);

    await withTotp(ann, { settings });
    // At once, in the session that was there.
    expect((await get("/api/admin/resources/", options)).status).toBe(200);
    expect((await get("/api/admin/resources/", { token })).status).toBe(200);
  },
);

test("Where it is required, staff sign in without a second factor only to set one up, and the last can't be removed.", async () => {
  const ann = await staffMember();
  const signedIn = await post(
    "/api/auth/login/",
    { username: ann.username, password: ann.password },
    { settings },
  );
  expect(signedIn.status).toBe(200);
  expect(await get("/api/admin/resources/", { key: signedIn.body.key, settings })).toMatchObject(required);
  const { recoveryCodes } = await withTotp(ann, { settings });
  const removal = { otp: recoveryCodes[0] };
  const kept = await del(`${FACTORS}totp/`, removal, { token: ann.token, settings });
  expect(kept).toMatchObject({ status: 409, body: { code: "last_factor" } });
  // The code was not used up by the refusal.
  await withPasskey(ann, removal);
  const gone = await del(`${FACTORS}totp/`, { otp: recoveryCodes[1] }, { token: ann.token, settings });
  expect(gone.status).toBe(204);
  const [{ id }] = (await factorsOf(ann)).passkeys;
  const last = await del(`${PASSKEYS}${id}/`, { otp: recoveryCodes[2] }, { token: ann.token, settings });
  expect(last).toMatchObject({ status: 409, body: { code: "last_factor" } });
  expect((await post("/api/auth/logout/", {}, { token: ann.token, settings })).status).toBe(200);
});

test("Where it is required, staff without a second factor open no sockets and keep none open.", async () => {
  const ann = await staffMember();
  const open = async () => {
    const headers = { Upgrade: "websocket", "Sec-WebSocket-Protocol": `caravan.v1, auth.${ann.token}` };
    const response = await send(new Request("http://caravan.test/ws/me/", { headers }), envWith(settings));
    response.webSocket?.accept();
    response.webSocket?.close(1000);
    return response.status;
  };
  expect(await open()).toBe(403);
  const refresh = socketTokenRefresh(() => jobContext({}, envWith(settings)).ctx);
  expect(await refresh(ann.token)).toBeNull();
  expect(
    await post("/api/v1/realtime/ticket/", { room: `user:${ann.id}` }, { token: ann.token, settings }),
  ).toMatchObject(required);
  await withTotp(ann, { settings });
  expect(await open()).toBe(101);
  expect(await refresh(ann.token)).toMatchObject({ userId: ann.id });
});

test("The setting changes nothing for people who are not staff.", async () => {
  const ann = await person();
  expect((await get("/api/v1/auth/profile/", { token: ann.token, settings })).status).toBe(200);
  expect((await get(FACTORS, { token: ann.token, settings })).body.required).toBe(false);
  await withTotp(ann, { settings });
  expect(await rows("SELECT 1 FROM recovery_codes WHERE user_id = ?", ann.id)).toHaveLength(10);
});

test("Staff reset a person's second factors: audited, told to the person, and never their own.", async () => {
  const [staff, ann, operator] = [
    await staffMember(),
    await person(),
    await staffMember({ staff: false, type: "OPERATOR" }),
  ];
  const reset = (id: number, token: string) =>
    post(`/api/admin/users/${id}/actions/reset_second_factor/`, {}, { token });
  expect((await reset(ann.id, staff.token)).status).toBe(409);
  const { nextCode } = await withTotp(ann);
  const { assertion } = await withPasskey(ann, { otp: nextCode() });
  expect((await reset(ann.id, ann.token)).status).toBe(403);
  expect((await reset(ann.id, operator.token)).status).toBe(403);
  const row = await get(`/api/admin/users/${ann.id}/`, { token: staff.token });
  expect(row.body).toMatchObject({ second_factor: true });
  const keys = await get(`/api/admin/passkeys/?user=${ann.id}`, { token: staff.token });
  expect(keys.body.results).toMatchObject([{ name: "Phone" }]);
  expect(JSON.stringify(keys.body)).not.toMatch(/public_key|credential/);
  expect((await get(`/api/admin/passkeys/?user=${ann.id}`, { token: operator.token })).status).toBe(403);

  expect((await reset(ann.id, staff.token)).status).toBeLessThan(300);
  expect((await reset(ann.id, staff.token)).status).toBe(409);
  expect(await factorsOf(ann)).toMatchObject({ totp: null, passkeys: [], recovery_codes_left: 0 });
  expect((await post("/api/auth/signin/", ann)).status).toBe(200);
  expect((await post(`${PASSKEYS}sign-in/`, { credential: await assertion() })).status).toBe(400);
  const audit = await rows(
    "SELECT actor_id FROM audit_log WHERE subject = ? AND action = 'user.reset_second_factor'",
    `user:${ann.id}`,
  );
  expect(audit).toEqual([{ actor_id: staff.id }]);
  expect((await outboxOf(ann.email)).map(({ subject }) => subject)).toContain(
    "[Caravan] Staff removed your second factors",
  );

  await withTotp(staff);
  expect((await reset(staff.id, staff.token)).status).toBe(409);
  expect((await factorsOf(staff)).totp).not.toBeNull();
});

test("An export holds the second factors without their secrets, and a deletion leaves nothing of them.", async () => {
  const ann = await person();
  const { recoveryCodes, secret } = await withTotp(ann);
  await withPasskey(ann, { otp: recoveryCodes[0] });
  const { body } = await get("/api/v1/users/me/export/", { token: ann.token });
  expect(body.second_factors).toMatchObject({
    totp: {},
    passkeys: [{ name: "Phone" }],
    recovery_codes_left: 9,
  });
  const stored = await rows<{ public_key: string; credential_id: string }>(
    "SELECT * FROM passkeys WHERE user_id = ?",
    ann.id,
  );
  for (const hidden of [
    secret,
    recoveryCodes[1] ?? "",
    stored[0]?.public_key ?? "-",
    stored[0]?.credential_id ?? "-",
  ])
    expect(JSON.stringify(body)).not.toContain(hidden);
  expect((await call("DELETE", "/api/v1/auth/profile/", { token: ann.token })).status).toBe(204);
  for (const table of ["totp_secrets", "passkeys", "recovery_codes"])
    expect(await rows(`SELECT 1 FROM ${table} WHERE user_id = ?`, ann.id)).toEqual([]);
  expect((await removeTotp(ann, {})).status).toBe(401);
});
