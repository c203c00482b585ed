/** Devices that take pushes: registered, replaced, listed, removed, and gone with their session. */
import { describe, expect, test } from "vitest";
import { del, get, type Person, person, post, rows } from "../../harness/api.ts";
import { browser, register, SUBSCRIPTIONS } from "./device.ts";

const SERVICES = "/api/v1/push/services/";
const add = (body: unknown, who?: Person, settings?: Record<string, string>) =>
  post(SUBSCRIPTIONS, body, {
    ...(who && { token: who.token }),
    ...(settings && { settings }),
    headers: { "accept-language": "en" },
  });
const stored = ({ id }: Person) =>
  rows<{ id: string; address: string; service: string }>(
    "SELECT * FROM push_subscriptions WHERE user_id = ? ORDER BY created_at, id",
    id,
  );

/** The same account on another device. */
async function again(who: Person): Promise<Person> {
  const answer = await post("/api/auth/signin/", { username: who.username, password: who.password });
  return { ...who, token: answer.body.access };
}

describe("registering a device", () => {
  test("A device is registered with 201; a repeat changes it and answers 200 with the same id.", async () => {
    const ann = await person();
    const first = await register(browser(), { token: ann.token });
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({ service: "web", current: true });
    expect(JSON.stringify(first.body)).not.toContain("push.example.net");
    const other = browser();
    const second = await register(other, { token: ann.token });
    expect([second.status, second.body.id]).toEqual([200, first.body.id]);
    expect(await stored(ann)).toMatchObject([{ address: other.body.endpoint }]);
  });

  test("Two registrations of one session at once leave one device.", async () => {
    const ann = await person();
    const [one, other] = [browser(), browser()];
    const answers = await Promise.all(
      [one, other, one].map((device) => register(device, { token: ann.token })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(await stored(ann)).toHaveLength(1);
  });

  test("A device that another account registers moves to it: its former owner's pushes would be shown to a stranger.", async () => {
    const [ann, ben] = await Promise.all([person(), person()]);
    const device = browser();
    await register(device, { token: ann.token });
    expect((await register(device, { token: ben.token })).status).toBe(201);
    expect(await stored(ann)).toEqual([]);
    expect(await stored(ben)).toHaveLength(1);
  });

  const web = { service: "web", endpoint: "https://push.example.net/x", keys: browserKeys() };
  function browserKeys() {
    return {
      p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
      auth: "BTBZMqHH6r4Tts7J_aSIgg",
    };
  }
  test.each([
    ["a missing service", {}, "service"],
    ["an unknown service", { service: "carrier-pigeon" }, "service"],
    ["a service without settings", { service: "fcm", token: "abcdefgh12345678" }, "service"],
    ["no endpoint", { ...web, endpoint: undefined }, "endpoint"],
    ["an endpoint without encryption", { ...web, endpoint: "http://push.example.net/x" }, "endpoint"],
    ["an endpoint inside this network", { ...web, endpoint: "https://10.0.0.7/x" }, "endpoint"],
    ["an endpoint on this machine", { ...web, endpoint: "https://localhost/x" }, "endpoint"],
    ["an endpoint of this server", { ...web, endpoint: "https://caravan.test/x" }, "endpoint"],
    ["no keys", { ...web, keys: undefined }, "keys"],
    [
      "a key that is no point of the curve",
      { ...web, keys: { ...web.keys, p256dh: "B".repeat(87) } },
      "keys",
    ],
    ["a short secret", { ...web, keys: { ...web.keys, auth: "AAAA" } }, "keys"],
  ])("With %s it is a 400 that names the field, and nothing is stored.", async (_, body, field) => {
    const ann = await person();
    const answer = await add(body, ann);
    expect([answer.status, Object.keys(answer.body)]).toEqual([400, [field]]);
    expect(await stored(ann)).toEqual([]);
  });

  test("A person has at most as many devices as the quota says; their own can still change.", async () => {
    const ann = await person();
    const ends = await Promise.all([1, 2, 3].map(() => again(ann)));
    const settings = { QUOTA_PUSH_SUBSCRIPTIONS: "2" };
    const answers = [];
    for (const who of ends) answers.push(await add(browser().body, who, settings));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 400]);
    expect(answers[2]?.body.non_field_errors[0]).toContain("at most 2 devices");
    expect((await add(browser().body, ends[1], settings)).status).toBe(200);
    expect(await stored(ann)).toHaveLength(2);
  });

  test("Apps register tokens where their service is set up; Apple's are hexadecimal, because they become part of a path.", async () => {
    const ann = await person();
    const settings = APNS;
    const token = "a1".repeat(32);
    expect((await add({ service: "apns", token: "../../other" }, ann, settings)).body).toHaveProperty(
      "token",
    );
    const made = await add({ service: "apns", token }, ann, settings);
    expect([made.status, made.body.service]).toEqual([201, "apns"]);
    expect(await stored(ann)).toMatchObject([{ service: "apns", address: token }]);
  });
});

const APNS = {
  APNS_KEY: "-----BEGIN PRIVATE KEY-----\\nAAAA\\n-----END PRIVATE KEY-----",
  APNS_KEY_ID: "KEY",
  APNS_TEAM_ID: "TEAM",
  APNS_TOPIC: "com.example.app",
};

describe("the services", () => {
  test("Anybody reads the key of Web Push: a point of the curve, the same at each read.", async () => {
    const [one, other] = await Promise.all([get(SERVICES), get(SERVICES)]);
    expect(one.body).toEqual({
      web: { public_key: expect.stringMatching(/^B[\w-]{86}$/) },
      fcm: false,
      apns: false,
    });
    expect(other.body).toEqual(one.body);
    const [row] = await rows("SELECT * FROM push_keys");
    expect(row).toMatchObject({ public_key: one.body.web.public_key });
  });

  test("Outside development there is no Web Push without keys in the settings.", async () => {
    const deployed = {
      APP_ENV: "production",
      PUBLIC_ORIGIN: "https://caravan.example",
      RESEND_API_KEY: "none",
    };
    expect((await get(SERVICES, { settings: deployed })).body.web).toBe(null);
    const keys = { VAPID_PUBLIC_KEY: `B${"A".repeat(86)}`, VAPID_PRIVATE_KEY: "A".repeat(43) };
    const answer = await get(SERVICES, { settings: { ...deployed, ...keys, ...APNS } });
    expect(answer.body).toEqual({ web: { public_key: keys.VAPID_PUBLIC_KEY }, fcm: false, apns: true });
  });
});

describe("the end of a subscription", () => {
  test("Each device is listed with its session; others see none of it.", async () => {
    const [ann, ben] = await Promise.all([person(), person()]);
    const second = await again(ann);
    await register(browser(), { token: ann.token });
    await register(browser(), { token: second.token });
    const { body } = await get(SUBSCRIPTIONS, { token: second.token });
    expect(body.map(({ current }: { current: boolean }) => current)).toEqual([true, false]);
    expect((await get(SUBSCRIPTIONS, { token: ben.token })).body).toEqual([]);
  });

  test("A session removes its own device, and repeats change nothing; one of another session needs its id.", async () => {
    const [ann, ben] = await Promise.all([person(), person()]);
    const second = await again(ann);
    const { body } = await register(browser(), { token: ann.token });
    await register(browser(), { token: second.token });
    const remove = (path: string, who?: Person) => del(path, undefined, who ? { token: who.token } : {});
    expect((await remove(SUBSCRIPTIONS, second)).status).toBe(204);
    expect((await remove(SUBSCRIPTIONS, second)).status).toBe(204);
    expect(await stored(ann)).toHaveLength(1);
    const one = `${SUBSCRIPTIONS}${body.id}/`;
    expect((await remove(one, ben)).status).toBe(404);
    expect((await remove(one)).status).toBe(401);
    expect((await remove(one, second)).status).toBe(204);
    expect((await remove(one, second)).status).toBe(404);
    expect(await stored(ann)).toEqual([]);
  });

  test("Signing out, ending the session from another device, and deleting the account end it.", async () => {
    const ann = await person();
    const [second, third] = await Promise.all([again(ann), again(ann)]);
    for (const who of [ann, second, third]) await register(browser(), { token: who.token });
    await post("/api/v1/auth/logout/", {}, { token: third.token });
    expect(await stored(ann)).toHaveLength(2);
    const devices = (await get("/api/v1/auth/sessions/", { token: ann.token })).body;
    const other = devices.find(({ current }: { current: boolean }) => !current);
    await del(`/api/v1/auth/sessions/${other.id}/`, undefined, { token: ann.token });
    expect(await stored(ann)).toHaveLength(1);
    await rows("DELETE FROM users WHERE id = ?", ann.id);
    expect(await stored(ann)).toEqual([]);
  });

  test("The account's export holds its devices.", async () => {
    const ann = await person();
    const device = browser();
    await register(device, { token: ann.token });
    const { body } = await get("/api/v1/users/me/export/", { token: ann.token });
    expect(body.push_subscriptions).toMatchObject([{ service: "web", address: device.body.endpoint }]);
  });
});
