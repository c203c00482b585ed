/** Refresh tokens: rotated at each use; the previous one returns the current pair, an older one ends the session. */
import { describe, expect, test } from "vitest";
import { purgeCodes, purgeSessions } from "../../../src/modules/identity/index.ts";
import { get, post, rows } from "../../harness/api.ts";
import { jobContext } from "../../harness/job-context.ts";
import { APPS, authorize, claimsOf, everybody, towSession, whoIs } from "../app-sign-ins.ts";

const PATHS = ["/api/v1/auth/token/refresh/", "/api/token/refresh/", "/api/auth/token/refresh/"];
const refresh = (token: string, path = PATHS[0] ?? "") => post(path, { refresh: token });
const INVALID = { detail: "Token is invalid or expired", code: "token_not_valid" };
const REUSED = { detail: "Token is blacklisted", code: "token_not_valid" };
const DAY = 24 * 3600_000;

const session = async () => towSession(await everybody());
const isAlive = async (access: string) =>
  (await get("/api/v1/auth/profile/", { token: access })).status === 200;

test.each(PATHS)("POST %s exchanges a refresh token for a new pair of the same session.", async (path) => {
  const first = await session();
  const { status, body } = await refresh(first.refresh, path);
  expect(status).toBe(200);
  expect(Object.keys(body).sort()).toEqual(["access", "refresh"]);
  expect(body.refresh).not.toBe(first.refresh);
  expect(body.access).not.toBe(first.access);
  expect(claimsOf(body.access).sid).toBe(first.id);
  expect(await isAlive(body.access)).toBe(true);
});

test("Earlier access tokens stay valid until they expire.", async () => {
  const first = await session();
  await refresh(first.refresh);
  expect(await isAlive(first.access)).toBe(true);
});

test.each(APPS.filter(({ app }) => app !== "rideshare" && app !== "find-friend"))(
  "A refresh after signing in at $path keeps the app's token lifetime.",
  async (profile) => {
    const { refresh: token = "" } = await authorize(profile, await everybody());

    const { body } = await refresh(token);
    const { iat, exp } = claimsOf(body.access);
    expect(exp - iat).toBe(profile.lives);
  },
);

test("A session can be refreshed many times.", async () => {
  let { refresh: token } = await session();
  for (let round = 0; round < 8; round++) {
    const { status, body } = await refresh(token);
    expect(status).toBe(200);
    token = body.refresh;
  }
});

describe("a token one step behind", () => {
  test("The previous refresh token returns the current pair, as often as it is sent.", async () => {
    const first = await session();
    const current = (await refresh(first.refresh)).body;
    for (let round = 0; round < 3; round++) {
      const again = await refresh(first.refresh);
      expect(again).toMatchObject({ status: 200, body: { refresh: current.refresh } });
      expect(await isAlive(again.body.access)).toBe(true);
    }
    expect((await refresh(current.refresh)).status).toBe(200);
  });

  test("The previous refresh token does not extend the session.", async () => {
    const first = await session();
    await refresh(first.refresh);
    const end = Date.now() + 1000;
    await rows("UPDATE sessions SET refresh_expires_at = ? WHERE id = ?", end, first.id);
    await refresh(first.refresh);
    expect(await rows("SELECT refresh_expires_at AS ends FROM sessions WHERE id = ?", first.id)).toEqual([
      { ends: end },
    ]);
  });
});

describe("a token two steps behind", () => {
  test("An older refresh token ends the session, and none of its tokens works any more.", async () => {
    const who = await everybody();
    const first = await towSession(who);
    const other = await towSession(who);
    const second = (await refresh(first.refresh)).body;
    const third = (await refresh(second.refresh)).body;
    const reused = await refresh(first.refresh);
    expect(reused).toMatchObject({ status: 401, body: REUSED });
    expect(reused.headers.get("www-authenticate")).toBe('Bearer realm="api"');
    for (const { access } of [first, second, third]) expect(await isAlive(access)).toBe(false);
    for (const token of [first.refresh, second.refresh, third.refresh])
      expect(await refresh(token)).toMatchObject({ status: 401, body: INVALID });
    expect(await isAlive(other.access)).toBe(true);
    expect((await refresh(other.refresh)).status).toBe(200);
  });

  test("An older refresh token ends the key of the same sign-in too.", async () => {
    const who = await everybody();
    const { body } = await post("/api/auth/login/", { username: who.username, password: who.password });
    const second = (await refresh(body.refresh)).body;
    await refresh(second.refresh);
    await refresh(body.refresh);
    expect(await whoIs({ key: body.key })).toEqual([401]);
  });
});

test("Concurrent refreshes with one token all get the same next token.", async () => {
  const first = await session();
  const responses = await Promise.all(Array.from({ length: 6 }, () => refresh(first.refresh)));
  expect(responses.map(({ status }) => status)).toEqual(Array(6).fill(200));
  expect(new Set(responses.map(({ body }) => body.refresh)).size).toBe(1);
  expect(await rows("SELECT refresh_count AS count FROM sessions WHERE id = ?", first.id)).toEqual([
    { count: 1 },
  ]);
  expect((await refresh(responses[0]?.body.refresh)).status).toBe(200);
});

test("A refresh concurrent with the sign-out leaves no valid token.", async () => {
  const first = await session();
  const [renewed] = await Promise.all([
    refresh(first.refresh),
    post("/api/v1/auth/logout/", undefined, { token: first.access }),
  ]);
  expect(await isAlive(first.access)).toBe(false);
  if (renewed.status === 200) {
    expect(await isAlive(renewed.body.access)).toBe(false);
    expect((await refresh(renewed.body.refresh)).status).toBe(401);
  }
});

test.each<[string, (token: string, id: string) => string]>([
  ["junk", () => "junk"],
  ["another count", (token) => token.replace(/\.0\./, ".1.")],
  ["another session", (token, id) => token.replace(id, crypto.randomUUID())],
  ["another signature", (token) => `${token.slice(0, -1)}${token.endsWith("0") ? "1" : "0"}`],
  ["no signature", (token) => token.replace(/[^.]*$/, "")],
])("A refresh token with %s is refused, and the session stays valid.", async (_, change) => {
  const { refresh: token, access, id } = await session();
  expect(await refresh(change(token, id))).toMatchObject({ status: 401, body: INVALID });
  expect(await isAlive(access)).toBe(true);
  expect((await refresh(token)).status).toBe(200);
});

test.each([
  [{}, ["This field is required."]],
  [{ refresh: "" }, ["This field may not be blank."]],
  [{ refresh: null }, ["This field may not be null."]],
])("A refresh with the body %j is a bad request.", async (body, errors) => {
  expect(await post("/api/token/refresh/", body)).toMatchObject({ status: 400, body: { refresh: errors } });
});

test("No usable secret of a session is stored.", async () => {
  const first = await session();
  const { body } = await refresh(first.refresh);
  const stored = JSON.stringify(await rows("SELECT * FROM sessions WHERE id = ?", first.id));
  for (const token of [first.refresh, body.refresh, first.access, body.access]) {
    expect(stored).not.toContain(token.split(".").at(-1));
  }
});

test("A refresh token lives seven days, thirty in AlphaBet, counted from its last use.", async () => {
  const who = await everybody();
  for (const [path, body, days] of [
    ["/api/v1/auth/login/", { phone: who.phone, password: who.password }, 7],
    ["/api/auth/login/", { username: who.username, password: who.password }, 7],
    ["/api/auth/signin/", { username: who.username, password: who.password }, 30],
    ["/api/token/", { username: who.username, password: who.password }, 30],
  ] as const) {
    const held = (await post(path, body)).body;
    const { sid } = claimsOf(held.access);
    const left = async () => {
      const [row] = await rows<{ ends: number }>(
        "SELECT refresh_expires_at AS ends FROM sessions WHERE id = ?",
        sid,
      );
      return Math.round(((row?.ends ?? 0) - Date.now()) / DAY);
    };
    expect(await left()).toBe(days);
    await rows("UPDATE sessions SET refresh_expires_at = ? WHERE id = ?", Date.now() + 1000, sid);
    expect((await refresh(held.refresh)).status).toBe(200);
    expect(await left()).toBe(days);
  }
});

test("An expired refresh token is refused.", async () => {
  const first = await session();
  await rows("UPDATE sessions SET refresh_expires_at = ? WHERE id = ?", Date.now() - 1, first.id);
  expect(await refresh(first.refresh)).toMatchObject({ status: 401, body: INVALID });
});

test("A session ends after a year, however often it is refreshed.", async () => {
  const first = await session();
  await rows("UPDATE sessions SET expires_at = ? WHERE id = ?", Date.now() - 1, first.id);
  expect(await refresh(first.refresh)).toMatchObject({ status: 401, body: INVALID });
});

test("An invalid Authorization header does not affect a refresh.", async () => {
  const first = await session();
  expect((await post("/api/token/refresh/", { refresh: first.refresh }, { token: "stale" })).status).toBe(
    200,
  );
});

test("Expired sessions and codes are purged, and no others.", async () => {
  const who = await everybody();
  const [old, young] = [await towSession(who), await towSession(who)];
  const past = Date.now() - 1;
  await rows("UPDATE sessions SET expires_at = ? WHERE id = ?", past, old.id);
  await post("/api/auth/password/reset/", { email: who.email });
  await rows("UPDATE codes SET expires_at = ? WHERE user_id = ? AND purpose = 'verify_email'", past, who.id);
  const { ctx } = jobContext();
  await Promise.all([purgeSessions(ctx), purgeCodes(ctx)]);
  expect(await rows("SELECT id FROM sessions WHERE user_id = ?", who.id)).toEqual([{ id: young.id }]);
  expect(await rows("SELECT purpose FROM codes WHERE user_id = ?", who.id)).toEqual([
    { purpose: "reset_link" },
  ]);
});
