/** Tracks and tasks in the export of an account. */
import { expect, test } from "vitest";
import { get, patch, person, post } from "../harness/api.ts";
import { ocean, photoForm, taskRow } from "./fixtures.ts";

test("The export has the account's own track with flagged points, tasks and photos, and nobody else's.", async () => {
  const [ann, bob] = [await person(), await person()];
  const [begun, done] = [await taskRow(), await taskRow()];
  await post("/api/location-reports/", { location: ocean }, { token: ann.token });
  await patch(`/api/tasks/${begun}/update_status/`, { status: "in_progress" }, { token: ann.token });
  const photo = await post(`/api/tasks/${done}/upload_photo/`, photoForm(), { token: ann.token });
  const { body } = await get("/api/v1/users/me/export/", { token: ann.token });
  expect(body.track).toEqual([{ ...ocean, timestamp: expect.any(String) }]);
  expect(body.task_states).toMatchObject([
    { task_id: begun, status: "in_progress", arrived_at: null },
    { task_id: done, status: "completed", arrived_at: null },
  ]);
  expect(body.task_photos).toMatchObject([{ id: photo.body.id, task_id: done, latitude: null }]);
  const [{ file_id }] = body.task_photos;
  expect(body.files).toContainEqual(expect.objectContaining({ id: file_id, purpose: "task_photo" }));
  const his = (await get("/api/v1/users/me/export/", { token: bob.token })).body;
  expect(his).toMatchObject({ track: [], task_states: [], task_photos: [] });
});
