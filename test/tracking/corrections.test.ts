/** Correcting and deleting points that are packed. */
import { expect, test } from "vitest";
import { archivePoints } from "../../src/modules/tracking/points/archive.ts";
import type { FilteredPoint } from "../../src/modules/tracking/points/filter-rules.ts";
import { pointId } from "../../src/modules/tracking/points/ids.ts";
import { del, get, type Person, patch, person, rows, staffMember } from "../harness/api.ts";
import { jobContext } from "../harness/job-context.ts";

const PATH = "/api/v1/location-reports/";
const NOW = Date.now();

const point = (step: number): FilteredPoint => ({
  latitude: 61 + step / 1e5,
  longitude: 90,
  at: NOW - 100_000 + step * 1000,
  accuracy: 3,
  speed: null,
  heading: null,
  flag: null,
});
const entry = (seq: number, ...steps: number[]) => ({
  seq,
  at: NOW,
  points: steps.map(point),
  first: steps[0] ?? 0,
});
const archive = ({ id }: Person, ...entries: ReturnType<typeof entry>[]) =>
  archivePoints(jobContext().ctx, id, entries);
const listed = async ({ token }: Person): Promise<number[]> =>
  (await get(PATH, { token })).body.map(({ id }: { id: number }) => id);
const latestOf = ({ id }: Person) =>
  rows("SELECT report_id, latitude FROM latest_places WHERE user_id = ?", id);

test("A deleted point does not come back when its entry is archived again.", async () => {
  const ann = await person();
  const entries = [entry(1, 1, 2), entry(2, 3)];
  await archive(ann, ...entries);
  const ids = [1, 2, 3].map((n) => pointId(ann.id, n));
  expect(await listed(ann)).toEqual(ids);
  for (const id of [ids[2], ids[0]])
    expect((await del(`${PATH}${id}/`, undefined, { token: ann.token })).status).toBe(204);
  expect((await del(`${PATH}${ids[0]}/`, undefined, { token: ann.token })).status).toBe(404);
  await archive(ann, ...entries);
  expect(await listed(ann)).toEqual([ids[1]]);
  expect(await latestOf(ann)).toEqual([{ report_id: ids[1], latitude: point(2).latitude }]);
});

test("A corrected point keeps its number and its time, and does not come back as it was.", async () => {
  const ann = await person();
  await archive(ann, entry(1, 1, 2));
  const id = pointId(ann.id, 2);
  const change = { location: { latitude: 62, longitude: 91 }, speed: 2.5 };
  const { body } = await patch(`${PATH}${id}/`, change, { token: ann.token });
  expect(body).toMatchObject({ id, location: change.location, speed: 2.5, accuracy: 3 });
  expect(body.timestamp).toBe(new Date(point(2).at).toISOString());
  await archive(ann, entry(1, 1, 2));
  expect(await listed(ann)).toEqual([pointId(ann.id, 1), id]);
  expect(await latestOf(ann)).toEqual([{ report_id: id, latitude: 62 }]);
  const again = await patch(`${PATH}${id}/`, { heading: 7 }, { token: ann.token });
  expect(again.body).toMatchObject({ id, heading: 7, speed: 2.5, location: change.location });
});

test("Points that are archived, corrected and deleted at the same time are all as they should be.", async () => {
  const ann = await person();
  await archive(ann, entry(1, 1, 2, 3, 4, 5, 6));
  const id = (n: number) => pointId(ann.id, n);
  const results = await Promise.all([
    archive(ann, entry(2, 7, 8, 9)),
    del(`${PATH}${id(1)}/`, undefined, { token: ann.token }),
    del(`${PATH}${id(6)}/`, undefined, { token: ann.token }),
    patch(`${PATH}${id(3)}/`, { accuracy: 9 }, { token: ann.token }),
    archive(ann, entry(3, 10)),
  ]);
  expect(results.map((result) => result?.status)).toEqual([undefined, 204, 204, 200, undefined]);
  expect(await listed(ann)).toEqual([2, 3, 4, 5, 7, 8, 9, 10].map(id));
  expect((await get(`${PATH}${id(3)}/`, { token: ann.token })).body.accuracy).toBe(9);
  expect(await latestOf(ann)).toEqual([{ report_id: id(10), latitude: point(10).latitude }]);
});

test("Staff who gives a packed point to another user moves it, under its number, into their track.", async () => {
  const [ann, bob, staff] = [await person(), await person(), await staffMember()];
  await archive(ann, entry(1, 1, 2));
  const id = pointId(ann.id, 2);
  expect((await patch(`${PATH}${id}/`, { user: bob.id }, { token: staff.token })).body).toMatchObject({
    id,
    user: bob.id,
  });
  expect([await listed(ann), await listed(bob)]).toEqual([[pointId(ann.id, 1)], [id]]);
  expect((await get(`${PATH}${id}/`, { token: ann.token })).status).toBe(404);
  const { body } = await get(`${PATH}my_track/`, { token: bob.token });
  expect(body.total_points).toBe(1);
});
