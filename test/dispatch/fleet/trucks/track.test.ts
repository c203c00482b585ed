/** A truck's recent positions, for operators. */
import { describe, expect, test } from "vitest";
import { get, rows } from "../../../harness/api.ts";
import { client, driver, operator, truck } from "../builders.ts";

const HOUR = 3_600_000;

/** Archived points of a truck at these ages. */
async function been(id: number, ages: readonly number[]) {
  const now = Date.now();
  for (const [seq, age] of ages.entries())
    await rows(
      `INSERT INTO truck_points (truck_id, epoch, seq, nth, at, latitude, longitude, speed, heading)
       VALUES (?, 'e', ?, 0, ?, ?, 37.6, 12.5, NULL)`,
      id,
      seq,
      now - age,
      55 + seq / 100,
    );
}

const track = (id: number, token: string, query = "") =>
  get(`/api/v1/tow-trucks/${id}/track/${query}`, { token });

describe("a truck's track", () => {
  test("A truck's track has the last six hours, oldest first.", async () => {
    const by = await operator();
    const { id } = await truck(by);
    await been(id, [HOUR, 7 * HOUR, 3 * HOUR]);
    const { status, body } = await track(id, by.token);
    expect(status).toBe(200);
    expect(body.map(({ latitude }: { latitude: number }) => latitude)).toEqual([55.02, 55]);
    expect(body[0]).toEqual({
      latitude: 55.02,
      longitude: 37.6,
      at: expect.stringMatching(/Z$/),
      speed: 12.5,
      heading: null,
    });
  });

  test("A truck's track goes back as many hours as asked, up to three days.", async () => {
    const by = await operator();
    const { id } = await truck(by);
    await been(id, [HOUR, 7 * HOUR]);
    expect((await track(id, by.token, "?hours=8")).body).toHaveLength(2);
    expect((await track(id, by.token, "?hours=1")).body).toHaveLength(0);
    for (const hours of ["0", "73", "many"])
      expect([hours, (await track(id, by.token, `?hours=${hours}`)).status]).toEqual([hours, 400]);
  });

  test("The track of an unknown truck, or one that never moved, is empty.", async () => {
    const by = await operator();
    const { id } = await truck(by);
    for (const each of [id, 999_999_999]) expect((await track(each, by.token)).body).toEqual([]);
  });

  test("Only operators read a truck's track.", async () => {
    const { id } = await truck(await operator());
    for (const person of [await client(), await driver()])
      expect((await track(id, person.token)).status).toBe(403);
  });
});
