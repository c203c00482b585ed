/** Every view of a user's locations by staff leaves an audit row. */
import { describe, expect, test } from "vitest";
import { get, post, rows } from "../../harness/api.ts";
import { dial } from "../../harness/socket.ts";
import { CONSOLE_PATHS, REPORT_PATHS, TRACK_PATHS, trailOf } from "./read-paths.ts";
import type { Trail } from "./relations.ts";

describe("staff", () => {
  const views = ({ owner, watcher }: Trail) =>
    rows<{ id: number }>(
      `SELECT id FROM audit_log WHERE actor_id = ? AND (subject = ? OR after ->> 'user' = ?)`,
      watcher.id,
      `user:${owner.id}`,
      String(owner.id),
    );

  test.each(Object.entries({ ...TRACK_PATHS, ...REPORT_PATHS, ...CONSOLE_PATHS }))(
    "Staff leaves one audit row for each view through %s.",
    async (_, readPath) => {
      const found = await trailOf("staff");
      const before = (await views(found)).length;
      await readPath(found);
      expect((await views(found)).length).toBe(before + 1);
    },
  );

  test("Staff leaves one audit row for a report and for a profile's place, and none for refused requests or their own track.", async () => {
    const found = await trailOf("staff");
    const { credential } = found.watcher;
    const [row] = await rows<{ id: number }>(
      "SELECT id FROM location_points WHERE user_id = ?",
      found.owner.id,
    );
    const count = async () => (await views(found)).length;
    const before = await count();
    await get(`/api/v1/location-reports/${row?.id}/`, credential);
    await get(`/api/admin/location-reports/${row?.id}/`, credential);
    await get(`/api/admin/profiles/${found.owner.id}/`, credential);
    expect(await count()).toBe(before + 3);
    await get(`/api/admin/location-reports/?user=${found.owner.id}&nonsense=1`, credential);
    await get("/api/v1/location-reports/my_track/", credential);
    expect(await count()).toBe(before + 3);
  });

  test("Staff leaves one audit row for a view with a ticket, and none for the ticket itself.", async () => {
    const found = await trailOf("staff");
    const room = `user:${found.owner.id}`;
    const before = (await views(found)).length;
    const { body } = await post("/api/v1/realtime/ticket/", { room }, found.watcher.credential);
    expect((await views(found)).length).toBe(before);
    const opened = await dial(`/ws/users/${found.owner.id}/location/?ticket=${body.ticket}`, {
      protocols: ["caravan.v1"],
    });
    expect("socket" in opened).toBe(true);
    expect((await views(found)).length).toBe(before + 1);
  });
});
