/** Every way in × wrong clocks, and every pair of ways in × repeats: doubtful points are stored with a flag, and a repeat is found however late. */
import { describe, expect, test } from "vitest";
import { type Person, person, post, rows, unique } from "../harness/api.ts";
import { connect, connectNative } from "../harness/socket.ts";
import { archived, ocean } from "./fixtures.ts";

const REPORTS = "/api/location-reports/";
interface Timed {
  readonly at: number | string;
}
type Report = (who: Person, points: readonly (Timed & typeof ocean)[]) => Promise<void>;

async function framed(who: Person, path: string, frame: object, room: string | null): Promise<void> {
  const socket = await connectNative(path, who.token);
  if (room) {
    socket.send({ t: "subscribe", room });
    await socket.next(({ t }) => t === "subscribed");
  }
  const ref = unique("ref");
  socket.send({ t: "points", ref, ...(room ? { room } : {}), ...frame });
  expect(await socket.next((answer) => answer.ref === ref && answer.t !== "entry")).toMatchObject({
    t: "ack",
  });
  socket.close();
}

/** Every way in for a point with a time of its own. */
const WRITE_PATHS: Record<string, Report> = {
  "the native socket": (who, points) => framed(who, "/ws/location/", { points }, null),
  "the own socket by number": (who, points) => framed(who, `/ws/users/${who.id}/location/`, { points }, null),
  "the inbox": (who, points) => framed(who, "/ws/me/", { points }, `user:${who.id}`),
  async "the documented socket"(who, points) {
    const socket = await connect("/ws/location/", { headers: { authorization: `Bearer ${who.token}` } });
    for (const point of points) {
      socket.send({ type: "location_update", ...point });
      expect(await socket.next()).toEqual({ type: "location_saved", success: true });
    }
    socket.close();
  },
  async "a report by REST"(who, points) {
    for (const { at, ...location } of points) {
      const { status } = await post(REPORTS, { location, at }, { token: who.token });
      expect(status).toBe(201);
    }
  },
  async "a batch by REST"(who, points) {
    const { status } = await post(`${REPORTS}batch/`, { points }, { token: who.token });
    expect(status).toBe(201);
  },
};
const NAMES = Object.keys(WRITE_PATHS);

/** The flags of a user's points with one time, in the order of arrival. */
async function flagsAt(who: Person, at: number): Promise<(string | null)[]> {
  await archived(who);
  const found = await rows<{ flag: string | null }>(
    "SELECT flag FROM location_points WHERE user_id = ? AND at = ? ORDER BY received_at, id",
    who.id,
    at,
  );
  return found.map(({ flag }) => flag);
}

describe.each(NAMES)("by %s", (name) => {
  const report = WRITE_PATHS[name] as Report;

  test.each([
    ["epoch 0", () => 0, "stale"],
    ["the epoch in words", () => "1970-01-01T00:00:00Z", "stale"],
    ["a year before the epoch", () => "1969-01-01T00:00:00Z", "stale"],
    ["the first day of year 1", () => "0001-01-01T00:00:00Z", "stale"],
    ["minus one", () => -1, "stale"],
    ["seconds instead of milliseconds", () => Math.floor(Date.now() / 1000), "stale"],
    ["tomorrow", () => Date.now() + 24 * 3600_000, "future"],
    ["tomorrow in words", () => new Date(Date.now() + 24 * 3600_000).toISOString(), "future"],
    ["the year 40000", () => 1_200_000_000_000_000, "future"],
  ])("A point with the time %s is stored with its flag.", async (_name, clock, flag) => {
    const who = await person();
    await report(who, [{ ...ocean, at: clock() }]);
    await flagsAt(who, 0);
    const kept = await rows<{ flag: string | null }>(
      "SELECT flag FROM location_points WHERE user_id = ? AND flag IS NOT NULL",
      who.id,
    );
    expect(kept).toEqual([{ flag }]);
  });

  test.each(NAMES)(
    "A point that came before by %s is a duplicate, at once and after many others.",
    async (first) => {
      const who = await person();
      const began = Date.now() - 3600_000;
      const [at, later] = [began, began + 1000];
      await WRITE_PATHS[first]?.(who, [
        { ...ocean, at },
        { ...ocean, at: later },
      ]);
      await report(who, [{ ...ocean, at }]);
      expect(await flagsAt(who, at)).toEqual([null, "duplicate"]);
      for (let n = 0; n < 12; n++)
        await WRITE_PATHS["the inbox"]?.(who, [{ ...ocean, at: began + (n + 2) * 60_000 }]);
      await report(who, [{ ...ocean, at: later }]);
      expect(await flagsAt(who, later)).toEqual([null, "duplicate"]);
    },
  );
});

test("A room shows a repeat to its watchers as a duplicate, however many entries are in between.", async () => {
  const who = await person();
  const socket = await connectNative("/ws/location/", who.token);
  const flagOf = async (at: number) => {
    const ref = unique("ref");
    socket.send({ t: "points", ref, points: [{ ...ocean, at }] });
    const entry = await socket.next((frame) => frame.t === "entry" && frame.ref === ref);
    return entry.body.points[0].flag;
  };
  const began = Date.now() - 3600_000;
  for (let n = 0; n < 30; n++) expect(await flagOf(began + n * 1000)).toBeNull();
  expect(await flagOf(began)).toBe("duplicate");
  // Many entries in between do not hide the original.
  for (let n = 1; n < 15; n++) expect(await flagOf(began - n * 1000)).toBeNull();
  expect(await flagOf(began + 29_000)).toBe("duplicate");
});

test("Of two concurrent reports of the same point one is good, and the answers say which.", async () => {
  const who = await person();
  const body = { points: [{ ...ocean, at: Date.now() - 5000 }] };
  const answers = await Promise.all(
    [1, 2, 3].map(() => post(`${REPORTS}batch/`, body, { token: who.token })),
  );
  const said = answers.map((answer) => answer.body[0].flag);
  expect(said.toSorted()).toEqual(["duplicate", "duplicate", null]);
  await archived(who);
  const kept = await rows<{ flag: string | null }>(
    "SELECT flag FROM location_points WHERE user_id = ? ORDER BY flag",
    who.id,
  );
  expect(kept).toEqual([{ flag: null }, { flag: "duplicate" }, { flag: "duplicate" }]);
});
