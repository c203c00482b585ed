/** A public link shows the truck that has the job, and no truck that is only reserved. */
import { expect, test } from "vitest";
import { at, move, orderIn, scene } from "../dispatch/scene.ts";
import { post } from "../harness/api.ts";
import { connectNative } from "../harness/socket.ts";

test("A shared link does not show a requested truck's place until the truck is assigned.", async () => {
  const there = await scene();
  const id = await orderIn(there, "CONFIRMED");
  await move(there.operator, id, { tow_truck: there.truck });
  const shared = await post(at(id, "share/"), {}, { token: there.client.token });
  const link = String(shared.body.url).split("/").at(-1);
  const stranger = await connectNative(`/ws/track/${link}/`);
  const report = (latitude: number) =>
    post("/api/v1/location/update/", { latitude, longitude: 37.6 }, { token: there.driver.token });
  const isPlace = ({ kind }: { kind?: string }) => kind === "position";

  await report(55.7);
  expect(await stranger.silent(isPlace)).toBe(true);
  await move(there.operator, id, { status: "ASSIGNED" });
  await report(55.8);
  expect(await stranger.next(isPlace)).toMatchObject({
    body: { latitude: 55.8, eta_seconds: expect.any(Number) },
  });
  stranger.close();

  const later = await connectNative(`/ws/track/${link}/?since=0`);
  expect((await later.next(isPlace)).body.latitude).toBe(55.8);
  expect(await later.silent(isPlace)).toBe(true);
  later.close();
});
