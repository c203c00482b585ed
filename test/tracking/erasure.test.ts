/** Erasure of a deleted account's locations. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { del, person, post } from "../harness/api.ts";
import { until } from "../harness/rooms.ts";
import { connectNative } from "../harness/socket.ts";
import { rowsOf } from "../harness/traces.ts";
import { ocean } from "./fixtures.ts";

test("Deleting an account deletes its reports, its latest location and the journal of its room.", async () => {
  const ann = await person();
  const room = env.USER_ROOMS.getByName(`user:${ann.id}`);
  const remembered = () =>
    runInDurableObject(room, (_, { storage }) =>
      storage.sql.exec("SELECT body FROM entries WHERE kind = 'points'").toArray(),
    );
  const socket = await connectNative("/ws/location/", ann.token);
  await post("/api/location-reports/", { location: ocean }, { token: ann.token });
  await socket.next((frame) => frame.t === "entry" && frame.kind === "points");
  expect(await remembered()).toHaveLength(1);
  const { status } = await del("/api/v1/auth/profile/", undefined, { token: ann.token });
  expect(status).toBe(204);
  await until(async () => (await remembered()).length === 0);
  expect((await rowsOf(ann.id)).map(({ table }) => table)).toEqual([]);
});
