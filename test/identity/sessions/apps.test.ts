/** One account works in all five apps: wherever it was registered, it signs in to every app, and each credential works in every app. */
import { describe, expect, test } from "vitest";
import { get, post, rows, unique, uniquePhone } from "../../harness/api.ts";
import { APPS, authorize, everybody, PASSWORD, towSession, whoIs } from "../app-sign-ins.ts";

const PROFILE = "/api/v1/auth/profile/";

describe("one account", () => {
  test("One account signs in through every app, and each credential works in every app.", async () => {
    const who = await everybody();
    const held = await Promise.all(APPS.map((profile) => authorize(profile, who)));
    for (const each of held) for (const id of await whoIs(each)) expect(id).toBe(who.id);
    const [alphabet] = held;
    const token = alphabet?.access ?? "";
    expect((await get("/api/user", { token })).body).toEqual({
      id: who.id,
      name: "Anna Nowak",
      email: who.email,
    });
    expect((await get("/api/auth/user/", { token })).body.pk).toBe(who.id);
    expect((await get(`/api/user/${who.id}/`, { token })).body.user.username).toBe(who.username);
    expect((await get(PROFILE, { token })).body.phone).toBe(who.phone);
  });

  test("The list of devices has one entry per sign-in, with its app, and marks the current one.", async () => {
    const who = await everybody();
    for (const profile of APPS) await authorize(profile, who);
    const { access, id } = await towSession(who);
    const devices = (await get("/api/v1/auth/sessions/", { token: access })).body;
    const apps = devices.map(({ app }: { app: string }) => app).sort();
    expect(apps).toEqual([...APPS.map(({ app }) => app), "tow-truck"].sort());
    const current = devices.filter((device: { current: boolean }) => device.current);
    expect(current.map((device: { id: string }) => device.id)).toEqual([id]);
    expect(Object.keys(devices[0]).sort()).toEqual(
      ["address", "app", "created_at", "current", "expires_at", "id", "last_seen_at", "user_agent"].sort(),
    );
  });

  test("A phone identifies its account, not one whose username looks like it.", async () => {
    const who = await everybody();
    const other = await everybody();
    await rows(
      "UPDATE users SET username = ?, username_key = ? WHERE id = ?",
      who.phone,
      who.phone,
      other.id,
    );
    const { access } = await towSession(who);
    expect(await whoIs({ access })).toEqual([who.id]);
  });
});

const password = PASSWORD;
const name = { first_name: "Anna", last_name: "Nowak" };

interface Names {
  readonly username: string;
  readonly email: string;
  readonly phone: string;
}

const SIGN_UPS: [string, string, (who: Names) => object][] = [
  ["AlphaBet", "/api/auth/signup/", ({ username, email }) => ({ username, email, password })],
  [
    "Eurorace",
    "/api/auth/registration/",
    ({ username, email }) => ({ username, email, password1: password, password2: password }),
  ],
  ["Rideshare", "/api/register", ({ email }) => ({ name: "Anna Nowak", email, password })],
  ["Rideshare's REST path", "/api/auth/register/", ({ email }) => ({ name: "Anna Nowak", email, password })],
  ["Find Friend", "/api/v1/users/", ({ email }) => ({ ...name, email, password, birthday: "1990-05-05" })],
  [
    "Tow Truck",
    "/api/v1/auth/register/",
    ({ email, phone }) => ({
      ...name,
      email,
      phone,
      password,
      password_confirm: password,
      user_type: "CLIENT",
    }),
  ],
];

/** Every sign-in by address, the one identifier that all registrations have. */
const BY_ADDRESS: [string, string][] = [
  ["/api/auth/signin/", "username"],
  ["/api/token/", "username"],
  ["/api/token/", "email"],
  ["/api/auth/token/", "email"],
  ["/api/auth/login/", "username"],
  ["/api/auth/login/", "email"],
  ["/api/login", "email"],
  ["/api/v1/auth/token/login/", "email"],
  ["/api/v1/auth/login/", "phone"],
];

test.each(SIGN_UPS)(
  "An account registered at %s can sign in to every app by its address.",
  async (_, path, body) => {
    const username = unique("anywhere");
    const email = `${username}@example.com`;
    expect((await post(path, body({ username, email, phone: uniquePhone() }))).status).toBeLessThan(300);
    const statuses = await Promise.all(
      BY_ADDRESS.map(async ([profile, field]) => (await post(profile, { [field]: email, password })).status),
    );
    expect(statuses).toEqual(BY_ADDRESS.map(() => 200));
    const sessions = await rows(
      "SELECT s.id FROM sessions s JOIN users u ON u.id = s.user_id WHERE email = ?",
      email,
    );
    expect(sessions.length).toBeGreaterThanOrEqual(BY_ADDRESS.length);
  },
);

test.each(SIGN_UPS)(
  "Of two concurrent registrations at %s with one address, one succeeds.",
  async (_, path, body) => {
    const email = `${unique("twice")}@example.com`;
    const phones = [uniquePhone(), uniquePhone()];
    const responses = await Promise.all(
      phones.map((phone) => post(path, body({ username: unique("twice"), email, phone }))),
    );
    const [refused, ...others] = responses.filter(({ status }) => status === 400);
    expect(others).toEqual([]);
    expect(refused?.body).toMatchObject({ email: [expect.any(String)] });
    expect(await rows("SELECT id FROM users WHERE email = ?", email)).toHaveLength(1);
    expect(await rows("SELECT id FROM outbox WHERE kind = 'mail' AND address = ?", email)).toHaveLength(1);
  },
);
