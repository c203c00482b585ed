/** What is published about trucks: a new status at once; sockets of former drivers close. */
import { describe, expect, test } from "vitest";
import { idleTrucks } from "../../../../src/modules/dispatch/fleet/trucks/commands.ts";
import { truckUpdated } from "../../../../src/modules/dispatch/fleet/trucks/room-updates.ts";
import { cellOf } from "../../../../src/platform/cells.ts";
import { del, patch, rows } from "../../../harness/api.ts";
import { jobContext } from "../../../harness/job-context.ts";
import { connectNative } from "../../../harness/socket.ts";
import { driver, operator, truck } from "../builders.ts";

const path = "/api/v1/tow-trucks/";
const PLACE = { latitude: 55.75, longitude: 37.6 };

const locate = async (id: number, at = Date.now()) =>
  rows(
    "UPDATE tow_trucks SET latitude = ?, longitude = ?, cell = ?, located_at = ?, updated_at = ? WHERE id = ?",
    PLACE.latitude,
    PLACE.longitude,
    await cellOf(PLACE),
    at,
    at,
    id,
  );

interface Frame {
  readonly t: string;
  readonly kind?: string;
  readonly body?: { readonly tow_truck_id?: string };
}
const about = (id: number) => (frame: Frame) =>
  frame.kind === "position" && frame.body?.tow_truck_id === String(id);

test("Operators are told about a located truck's new status, once.", async () => {
  const by = await operator();
  const { id } = await truck(by, { status: "AVAILABLE" });
  await locate(id);
  const socket = await connectNative("/ws/ops/", by.token);
  await patch(`${path}${id}/`, { status: "MAINTENANCE" }, { token: by.token });
  expect(await socket.next(about(id))).toMatchObject({ body: { ...PLACE, status: "MAINTENANCE" } });
  expect(await socket.silent(about(id))).toBe(true);
  socket.close();
});

test("Operators are told about a truck that became idle.", async () => {
  const by = await operator();
  const { id } = await truck(by, { status: "AVAILABLE" });
  await locate(id, Date.now() - 11 * 60_000);
  const socket = await connectNative("/ws/ops/", by.token);
  await idleTrucks(jobContext().ctx);
  expect(await socket.next(about(id))).toMatchObject({ body: { ...PLACE, status: "OFFLINE" } });
  socket.close();
});

test("Nothing is published about a truck without a position.", async () => {
  const by = await operator();
  const { id } = await truck(by, { status: "AVAILABLE" });
  const socket = await connectNative("/ws/ops/", by.token);
  await patch(`${path}${id}/`, { status: "OFFLINE" }, { token: by.token });
  expect(await socket.silent(about(id))).toBe(true);
  socket.close();
});

describe.each([
  ["the app's route", path],
  ["the console", "/api/admin/tow-trucks/"],
])("removing a driver by %s", (_, route) => {
  test("The sockets of a truck's former driver close, and those of the new one stay.", async () => {
    const by = await operator();
    const options = { token: by.token, headers: { "if-match": "*" } };
    const [old, next] = [await driver(), await driver()];
    const { id } = await truck(by, { driver: old.id, status: "AVAILABLE" });
    const watching = await connectNative(`/ws/tow-trucks/${id}/location/`, by.token);
    const driving = await connectNative(`/ws/tow-trucks/${id}/location/`, old.token);
    await patch(`${route}${id}/`, { model: "МАЗ", driver: old.id }, options);
    expect(await driving.silent(({ t }: Frame) => t !== "welcome")).toBe(true);
    expect((await patch(`${route}${id}/`, { driver: next.id }, options)).status).toBe(200);
    expect(await driving.closed).toMatchObject({ code: 4003 });
    expect(await watching.silent(({ t }: Frame) => t !== "welcome")).toBe(true);
    watching.close();
  });

  test("The room of a deleted truck closes.", async () => {
    const by = await operator();
    const { id } = await truck(by);
    const watching = await connectNative(`/ws/tow-trucks/${id}/location/`, by.token);
    expect((await del(`${route}${id}/`, undefined, { token: by.token })).status).toBe(204);
    expect(await watching.closed).toMatchObject({ code: 4004 });
  });
});

test("A change of a truck leaves its effect in the outbox, and a refused change leaves none.", async () => {
  const by = await operator();
  const { id } = await truck(by);
  const { license_plate } = await truck(by);
  const notices = () =>
    rows("SELECT id FROM outbox WHERE kind = 'truck_notice' AND address = ?", `truck:${id}`);
  await patch(`${path}${id}/`, { license_plate }, { token: by.token });
  expect(await notices()).toEqual([]);
  await patch(`${path}${id}/`, { status: "AVAILABLE" }, { token: by.token });
  expect(await notices()).toHaveLength(1);
});

test("A repeated effect does not close the socket of a driver who came back.", async () => {
  const by = await operator();
  const driving = await driver();
  const { id } = await truck(by, { driver: driving.id });
  const at = Date.now() - 60_000;
  const socket = await connectNative(`/ws/tow-trucks/${id}/location/`, driving.token);
  await truckUpdated.run(jobContext().ctx, { truckId: id, ref: "late", leaves: { userId: driving.id, at } });
  expect(await socket.silent(({ t }: Frame) => t !== "welcome")).toBe(true);
  socket.close();
});
