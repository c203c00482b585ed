/** Entries that reach a track room from elsewhere: reports by REST and task notices. */
import { beforeAll, expect, test } from "vitest";
import { get, type Person, patch, person, post, rows, staffMember } from "../harness/api.ts";
import { connect, connectNative } from "../harness/socket.ts";
import { newTask, ocean, taskRow } from "./fixtures.ts";

const REPORTS = "/api/location-reports/";

let staff: Person;
beforeAll(async () => {
  staff = await staffMember();
});

const open = ({ token }: Person) =>
  connect("/ws/location/", { headers: { authorization: `Bearer ${token}` } });

test("A report by REST becomes one entry of the room and one row.", async () => {
  const ann = await person();
  const socket = await connectNative("/ws/location/", ann.token);
  const { body } = await post(REPORTS, { location: ocean, accuracy: 4 }, { token: ann.token });
  const entry = await socket.next((frame) => frame.t === "entry" && frame.kind === "points");
  expect(entry.body.points).toEqual([
    { ...ocean, at: Date.parse(body.timestamp), accuracy: 4, speed: null, heading: null, flag: null },
  ]);
  expect((await get(`${REPORTS}my_track/`, { token: ann.token })).body.total_points).toBe(1);
  expect(await rows("SELECT 1 FROM location_points WHERE user_id = ?", ann.id)).toHaveLength(1);
});

test("A late batch by REST becomes one entry of the room.", async () => {
  const ann = await person();
  const socket = await connectNative("/ws/location/", ann.token);
  const points = [0, 1, 2].map((n) => ({ ...ocean, at: Date.now() - 9000 + n * 1000 }));
  await post(`${REPORTS}batch/`, { points }, { token: ann.token });
  const entry = await socket.next((frame) => frame.t === "entry" && frame.kind === "points");
  expect(entry.body.points.map(({ at }: { at: number }) => at)).toEqual(points.map(({ at }) => at));
  expect(await socket.silent((frame) => frame.t === "entry")).toBe(true);
});

test("A documented socket receives no reports.", async () => {
  const ann = await person();
  const socket = await open(ann);
  await post(REPORTS, { location: ocean }, { token: ann.token });
  expect(await socket.silent()).toBe(true);
});

test("A new task is sent once to every connected user.", async () => {
  const [ann, bob] = await Promise.all([person(), person()]);
  const sockets = await Promise.all([open(ann), open(bob)]);
  const { body } = await post("/api/tasks/", newTask(), { token: staff.token });
  const isIt = (frame: { task_id?: number }) => frame.task_id === body.id;
  for (const socket of sockets) {
    expect(await socket.next(isIt, 8000)).toEqual({
      type: "task_assigned",
      task_id: body.id,
      title: body.title,
    });
    expect(await socket.silent(isIt)).toBe(true);
  }
});

test("A user's progress with a task is sent to their own sockets, each change once.", async () => {
  const [ann, bob] = await Promise.all([person(), person()]);
  const [hers, again, his] = await Promise.all([open(ann), open(ann), open(bob)]);
  const id = await taskRow();
  const say = (status: string) => patch(`/api/tasks/${id}/update_status/`, { status }, { token: ann.token });
  await say("in_progress");
  await say("in_progress");
  const frame = { type: "task_status_updated", task_id: id, status: "in_progress" };
  const isIt = ({ task_id }: { task_id?: number }) => task_id === id;
  for (const socket of [hers, again]) {
    expect(await socket.next(isIt)).toEqual(frame);
    expect(await socket.silent(isIt)).toBe(true);
  }
  expect(await his.silent(isIt)).toBe(true);
});

test("A user's arrival is sent to their own socket.", async () => {
  const ann = await person();
  const socket = await open(ann);
  const centre = { latitude: -33.3, longitude: 99.9 };
  const id = await taskRow({ ...centre, radius: 50, title: "Pier", createdAt: Date.now() - 60_000 });
  await post(REPORTS, { location: centre }, { token: ann.token });
  expect(await socket.next(({ task_id }) => task_id === id)).toEqual({
    type: "task_arrived",
    task_id: id,
    title: "Pier",
  });
});
