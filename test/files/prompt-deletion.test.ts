/** Objects are deleted right after the change that deleted their rows, without waiting for the cron. */
import { expect, test } from "vitest";
import { type Driver, driver, picturesOf, REQUIRED } from "../dialects/rideshare/posts/cars.ts";
import { del, patch, post, put } from "../harness/api.ts";
import { charge, counted } from "../harness/counting/counted.ts";
import { fileOf, filesOf, picture } from "./world.ts";

/** Longer than the queue gathers, and far shorter than a minute. */
const SOON = { timeout: 10_000 };

function form(fields: Record<string, string>, name: string, size: number): FormData {
  const made = new FormData();
  for (const [field, value] of Object.entries(fields)) made.append(field, value);
  made.append(name, fileOf(picture(size)));
  return made;
}

const keysOf = async (who: Driver) => (await filesOf(who)).map(({ key }) => key);
const carOf = async (who: Driver) =>
  (await post("/api/carposts/", form(REQUIRED, "image", 70), who.with)).body.id as number;

test("The picture of a deleted car post is deleted at once.", async () => {
  const ann = await driver();
  const id = await carOf(ann);
  expect(await picturesOf(ann)).toHaveLength(1);
  await del(`/api/carposts/${id}/`, undefined, ann.with);
  await expect.poll(() => picturesOf(ann), SOON).toEqual([]);
});

test("A replaced picture is deleted at once, and the new one stays.", async () => {
  const ann = await driver();
  const id = await carOf(ann);
  const [former] = await keysOf(ann);
  await put(`/api/carposts/${id}/`, form({}, "image", 80), ann.with);
  const keys = await keysOf(ann);
  expect(keys).not.toContain(former);
  await expect.poll(() => picturesOf(ann), SOON).toEqual(keys);
});

test("Only a change that deletes a file sends a message to the queue.", async () => {
  const ann = await driver();
  const meter = counted();
  const handed = async (id: number) => {
    const { bill } = await charge(meter, 204, "DELETE", `/api/carposts/${id}/`, {
      headers: ann.with.headers ?? {},
    });
    return bill.queueSends.length;
  };
  const bare = (await post("/api/carposts/", REQUIRED, ann.with)).body.id;
  expect([await handed(bare), await handed(await carOf(ann))]).toEqual([0, 1]);
});

test("A change that deletes no file leaves the object.", async () => {
  const ann = await driver();
  const id = await carOf(ann);
  await patch(`/api/carposts/${id}/`, { price: "7" }, ann.with);
  await post("/api/carposts/", REQUIRED, ann.with);
  expect(await picturesOf(ann)).toEqual(await keysOf(ann));
});
