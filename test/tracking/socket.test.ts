/** The track socket: Eurorace's documented dialect, native batches, and watching. */
import { describe, expect, test } from "vitest";
import { get, patch, post, rows, unique } from "../harness/api.ts";
import { connect, connectNative, dial } from "../harness/socket.ts";
import { befriend, ME, member } from "../social/social.ts";

const WARSAW = { latitude: 52.2297, longitude: 21.0122 };
const update = (changes: object = {}) => ({ type: "location_update", ...WARSAW, ...changes });

interface Runner {
  readonly id: number;
  readonly key: string;
}

async function runner(): Promise<Runner> {
  const form = { username: unique("runner"), password1: "securepassword123", password2: "securepassword123" };
  const { body } = await post("/api/auth/registration/", form);
  const { body: user } = await get("/api/auth/user/", { key: body.key });
  return { id: user.pk, key: body.key };
}

const open = ({ key }: Runner) => connect("/ws/location/", { protocols: ["Token", key] });
const track = async ({ key }: Runner) => (await get("/api/location-reports/my_track/", { key })).body;

describe("who may report", () => {
  test.each([
    ["the scheme and the key as sub-protocols", (key: string) => ({ protocols: ["Token", key] })],
    [
      "the scheme and the key at any place in the list",
      (key: string) => ({ protocols: ["x", "Token", key] }),
    ],
    ["the key alone", (key: string) => ({ protocols: [key] })],
    ["the header", (key: string) => ({ headers: { Authorization: `Token ${key}` } })],
  ])("A socket with %s opens, and one offered sub-protocol is echoed.", async (_, options) => {
    const { key } = await runner();
    const offered = options(key);
    const socket = await connect("/ws/location/", offered);
    expect(socket.protocol).toBe("protocols" in offered ? offered.protocols[0] : null);
    socket.send(update());
    expect(await socket.next()).toEqual({ type: "location_saved", success: true });
  });

  test.each([
    ["nothing", {}],
    ["an unknown key", { protocols: ["Token", "0".repeat(40)] }],
    ["an unknown key alone", { protocols: ["0".repeat(40)] }],
    ["an invalid header", { headers: { Authorization: "Token nonsense" } }],
  ])("A socket with %s opens and closes at once with 4003.", async (_, options) => {
    const socket = await connect("/ws/location/", options);
    expect((await socket.closed).code).toBe(4003);
    expect(socket.protocol).toBe("protocols" in options ? (options.protocols?.[0] ?? null) : null);
  });
});

describe("the documented dialect", () => {
  test("A point is saved for the user of the socket and can be read at once.", async () => {
    const person = await runner();
    const socket = await open(person);
    socket.send(update());
    expect(await socket.next()).toEqual({ type: "location_saved", success: true });
    expect(await track(person)).toMatchObject({ user_id: person.id, total_points: 1, coordinates: [WARSAW] });
    const { body: latest } = await get("/api/location-reports/latest/", { key: person.key });
    expect(latest.find(({ user }: { user: number }) => user === person.id)).toMatchObject({
      location: WARSAW,
    });
  });

  test("Frames of another type are ignored without an answer.", async () => {
    const person = await runner();
    const socket = await open(person);
    for (const frame of [{ type: "hello" }, { latitude: 1, longitude: 2 }, {}]) socket.send(frame);
    expect(await socket.silent()).toBe(true);
    expect((await track(person)).total_points).toBe(0);
  });

  test.each([
    ["invalid JSON", "{oops"],
    ["a list", "[1,2]"],
    ["a text coordinate", update({ latitude: "52.2" })],
    ["half a place", { type: "location_update", latitude: 52.2 }],
    ["null", update({ longitude: null })],
    ["NaN", '{"type":"location_update","latitude":NaN,"longitude":1}'],
    ["a boolean", update({ latitude: true })],
    ["a latitude out of range", update({ latitude: 952 })],
    ["a binary frame", new ArrayBuffer(8)],
  ])(
    "A frame with %s gets an error frame, nothing is stored, and the socket stays open.",
    async (_, frame) => {
      const person = await runner();
      const socket = await open(person);
      socket.send(frame);
      expect(await socket.next()).toMatchObject({
        type: "error",
        code: "bad_frame",
        detail: expect.any(String),
      });
      socket.send(update());
      expect(await socket.next()).toMatchObject({ type: "location_saved" });
      expect((await track(person)).total_points).toBe(1);
    },
  );

  test("Half a place is refused with a text.", async () => {
    const socket = await open(await runner());
    socket.send({ type: "location_update", latitude: 52.2 });
    const { detail } = await socket.next();
    expect(detail).toBe("points.0.longitude: A point has a latitude and a longitude.");
  });

  test("The third bad frame in a row closes with 4400.", async () => {
    const socket = await open(await runner());
    for (let n = 0; n < 3; n++) socket.send("nonsense");
    expect((await socket.closed).code).toBe(4400);
  });

  test("The error for a frame that is too large names the limit.", async () => {
    const socket = await open(await runner());
    socket.send(update({ note: "x".repeat(20_000) }));
    expect(await socket.next()).toMatchObject({
      code: "too_large",
      detail: expect.stringContaining("16384"),
    });
  });
});

describe("caravan.v1", () => {
  test("Points buffered offline come in one batch with their own times and become one entry.", async () => {
    const person = await runner();
    const socket = await connectNative("/ws/location/", person.key);
    await socket.next();
    const start = Date.now() - 600_000;
    const points = Array.from({ length: 50 }, (_, n) => ({
      latitude: 52 + n / 10_000,
      longitude: 21,
      at: new Date(start + n * 10_000).toISOString(),
      accuracy: 5,
    }));
    socket.send({ t: "points", ref: "late", points });
    expect(await socket.next(({ t }) => t === "ack")).toMatchObject({ ref: "late", seq: 1 });
    const { coordinates, total_points, start_time } = await track(person);
    expect(total_points).toBe(50);
    expect(start_time).toBe(points[0]?.at);
    expect(coordinates[49]).toMatchObject({ latitude: 52.0049 });
    socket.send({ t: "points", ref: "late", points });
    expect(await socket.next(({ t }) => t === "ack")).toMatchObject({ ref: "late", seq: 1 });
    expect((await track(person)).total_points).toBe(50);
  });

  test("A doubtful point is stored with its flag and left out of the track.", async () => {
    const person = await runner();
    const socket = await connectNative("/ws/location/", person.key);
    const at = (seconds: number) => new Date(Date.now() - 60_000 + seconds * 1000).toISOString();
    const points = [
      { ...WARSAW, at: at(0) },
      { latitude: 40, longitude: -70, at: at(1) },
      { ...WARSAW, at: at(2) },
    ];
    socket.send({ t: "points", ref: "a", points });
    await socket.next(({ t }) => t === "ack");
    expect((await track(person)).total_points).toBe(2);
    const flags = await rows("SELECT flag FROM location_points WHERE user_id = ? ORDER BY at", person.id);
    expect(flags).toEqual([{ flag: null }, { flag: "jump" }, { flag: null }]);
  });

  test.each([
    [
      "10,000 points",
      Array.from({ length: 10_000 }, () => ({ latitude: 1, longitude: 1 })),
      "too_large",
      "16384",
    ],
    [
      "101 points",
      Array.from({ length: 101 }, () => ({ latitude: 1, longitude: 1 })),
      "bad_frame",
      "at most 100",
    ],
    ["no points", [], "bad_frame", "at least one"],
    ["a good and a bad point", [WARSAW, { latitude: 91, longitude: 0 }], "bad_frame", "latitude"],
  ])(
    "A batch of %s is refused as a whole, and the error names the limit.",
    async (_, points, code, words) => {
      const person = await runner();
      const socket = await connectNative("/ws/location/", person.key);
      await socket.next();
      socket.send({ t: "points", ref: "x", points });
      expect(await socket.next()).toMatchObject({ t: "error", code, detail: expect.stringContaining(words) });
      expect((await track(person)).total_points).toBe(0);
    },
  );
});

describe("watching a user", () => {
  test("A friend with consent sees points live and may not write; without consent or friendship the room is not found.", async () => {
    const [one, friend, stranger] = await Promise.all([member(), member(), member()]);
    await befriend(one, friend);
    const watch = (key: string) =>
      dial(`/ws/users/${one.id}/location/`, { protocols: ["caravan.v1", `auth.${key}`] });
    const refused = await watch(friend.key);
    expect("refusal" in refused && refused.refusal.status).toBe(404);
    await patch(ME, { is_geoip_allowed: true }, { key: one.key });
    const opened = await watch(friend.key);
    const foreign = await watch(stranger.key);
    expect("refusal" in foreign && foreign.refusal.status).toBe(404);
    if (!("socket" in opened)) throw new Error("refused");
    const own = await connectNative("/ws/location/", one.key);
    own.send({ t: "points", ref: "p", points: [WARSAW] });
    const entry = await opened.socket.next(({ t }) => t === "entry");
    expect(entry).toMatchObject({ kind: "points", by: one.id, body: { points: [WARSAW] } });
    opened.socket.send({ t: "points", ref: "q", points: [WARSAW] });
    expect(await opened.socket.next(({ t }) => t === "error")).toMatchObject({ code: "forbidden" });
    await patch(ME, { friends: [] }, { key: one.key });
    expect((await opened.socket.closed).code).toBe(4003);
  });
});
