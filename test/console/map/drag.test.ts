/** Hands on the console's map: orders dragged onto a truck by mouse and by touch, clusters, and what a selection leaves. */
import { gzipSync } from "node:zlib";
import type { CDPSession, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Stage, signIn, type WindowOptions } from "../browser.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});

afterAll(() => stage?.close());

/** One truck and one order, so near each other that the map shows them at its closest frame: zoom 13. */
const truck = { latitude: 55.7525, longitude: 37.616 };
const pickup = { latitude: 55.7601, longitude: 37.6189 };
const ORDER = "00000000-0000-4000-8000-00000000000a";
const pixels = 512 * 2 ** 13;
const mercator = (latitude: number) =>
  Math.log(Math.tan(Math.PI / 4 + (latitude * Math.PI) / 360)) / (2 * Math.PI);

const truckWire = (id: number, more: object = {}) => ({
  ...truck,
  ...{ id, license_plate: `X${id}`, model: "", status: "AVAILABLE", located_at: new Date().toISOString() },
  ...{ vehicle_types: [1], driver: { id: 9, username: "ivan", name: "Ivan", on_duty: true }, order: null },
  ...more,
});
const orderWire = {
  ...{ id: ORDER, priority: "HIGH", status: "CONFIRMED", vehicle_type: 1, tow_truck: null },
  pickup: { ...pickup, address: "From here" },
  delivery: { latitude: 55.7563, longitude: 37.64, address: "To there" },
  created_at: new Date().toISOString(),
};

interface Point {
  readonly x: number;
  readonly y: number;
}

/** The map with these trucks and the order. Returns where they are in the window, and what was asked of the server. */
async function open(trucks: readonly object[], options: WindowOptions = {}, orders = [orderWire]) {
  const { page, faults, outside } = await stage.window(options);
  await page.route("**/api/admin/map/", (route) => route.fulfill({ json: { trucks, orders } }));
  await page.route("**/api/admin/orders/*/trucks/", (route) => route.fulfill({ json: [] }));
  await page.route("**/track/**", (route) => route.fulfill({ json: [] }));
  const asked: unknown[] = [];
  await page.route("**/actions/assign/", (route) => {
    asked.push([new URL(route.request().url()).pathname, route.request().postDataJSON()]);
    return route.fulfill({ json: {} });
  });
  const tiles: string[] = [];
  /** Bytes of scripts, styles and tiles, gzipped. */
  const weights: Promise<number>[] = [];
  page.on("response", (response) => {
    const { pathname } = new URL(response.url());
    if (pathname.startsWith("/tiles/")) tiles.push(`${response.status()} ${pathname}`);
    if (/^\/(console|tiles)\//.test(pathname) && response.status() === 200)
      weights.push(response.body().then((body) => gzipSync(body).length));
  });
  await page.goto(`${stage.server.origin}/admin/map`);
  await signIn(page, "operator");
  if (orders.length > 0) await page.locator(".map-panel").getByText("From here").waitFor();
  await page.locator(".maplibregl-canvas").waitFor();
  const frame = await page.locator(".map").boundingBox();
  if (!frame) throw new Error("there is no map");
  const dx = ((pickup.longitude - truck.longitude) / 360 / 2) * pixels;
  const dy = ((mercator(pickup.latitude) - mercator(truck.latitude)) / 2) * pixels;
  const [x, y] = [frame.x + frame.width / 2, frame.y + frame.height / 2];
  const places = { order: { x: x + dx, y: y - dy }, truck: { x: x - dx, y: y + dy }, middle: { x, y } };
  return { page, faults, outside, asked, tiles, weights, ...places };
}

/** The pointer says when something is drawn below it. */
async function isThere(page: Page, { x, y }: Point): Promise<boolean> {
  await page.mouse.move(x + 1, y);
  await page.mouse.move(x, y);
  const canvas = page.locator(".maplibregl-canvas");
  return (await canvas.evaluate(({ style }: HTMLElement) => style.cursor)) === "pointer";
}
const drawn = (page: Page, point: Point) => expect.poll(() => isThere(page, point)).toBe(true);
const gone = (page: Page, point: Point) => expect.poll(() => isThere(page, point)).toBe(false);

const between = (from: Point, to: Point): Point => ({ x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 });

async function dragByMouse({ mouse }: Page, from: Point, to: Point) {
  const middle = between(from, to);
  await mouse.move(from.x, from.y);
  await mouse.down();
  await mouse.move(middle.x, middle.y);
  await mouse.move(to.x, to.y);
  await mouse.up();
}

async function dragByFinger(page: Page, from: Point, to: Point) {
  const finger: CDPSession = await page.context().newCDPSession(page);
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", points: readonly Point[]) =>
    finger.send("Input.dispatchTouchEvent", { type, touchPoints: [...points] });
  await touch("touchStart", [from]);
  for (let step = 1; step <= 5; step++)
    await touch("touchMove", [
      { x: from.x + ((to.x - from.x) * step) / 5, y: from.y + ((to.y - from.y) * step) / 5 },
    ]);
  await touch("touchEnd", []);
}

async function centreOf(page: Page, selector: string): Promise<Point> {
  const box = await page.locator(selector).first().boundingBox();
  if (!box) throw new Error(`${selector} is not there`);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** Confirms what the drag asked, and returns what the server was asked. */
async function confirmed({ page, asked }: { page: Page; asked: unknown[] }) {
  await page.getByRole("dialog", { name: "Assign X7 to this order?" }).waitFor();
  expect(asked).toEqual([]);
  await page.getByRole("dialog").getByRole("button", { name: "Assign" }).click();
  await page.getByText("X7 is on its way").waitFor();
  return asked;
}
const ASSIGNED = [[`/api/admin/orders/${ORDER}/actions/assign/`, { tow_truck: 7 }]];

describe("an order that is dragged", () => {
  test("With a mouse it is assigned after a confirmation, from the map and from the list, and stays where it was when dropped on nothing; the page is below 700 kB.", async () => {
    const map = await open([truckWire(7)]);
    const { page, order, truck: target } = map;
    await drawn(page, order);
    await dragByMouse(page, order, { x: target.x + 200, y: target.y + 200 });
    expect([await page.getByRole("dialog").count(), map.asked]).toEqual([0, []]);

    await dragByMouse(page, order, target);
    expect(await confirmed(map)).toEqual(ASSIGNED);
    map.asked.length = 0;

    await page.mouse.move(target.x, target.y);
    await dragByMouse(page, await centreOf(page, ".map-row button"), target);
    expect(await confirmed(map)).toEqual(ASSIGNED);
    // The ground came from this server, and nothing from another.
    expect(map.tiles.length).toBeGreaterThan(0);
    expect(map.tiles.filter((tile) => !/^20[04] /.test(tile))).toEqual([]);
    expect([...map.faults, ...map.outside]).toEqual([]);
    const weight = (await Promise.all(map.weights)).reduce((sum, each) => sum + each);
    expect(weight).toBeLessThan(700_000);
    expect(weight).toBeGreaterThan(300_000);
  });

  test("With a finger it is assigned from the map and from the list's grip, in a phone's window; Escape gives a drag up.", async () => {
    const map = await open([truckWire(7)], { width: 390, hasTouch: true });
    const { page, order, truck: target } = map;
    await drawn(page, order);
    await dragByFinger(page, order, target);
    expect(await confirmed(map)).toEqual(ASSIGNED);
    map.asked.length = 0;

    await dragByFinger(page, await centreOf(page, ".grip"), target);
    expect(await confirmed(map)).toEqual(ASSIGNED);

    await page.mouse.move(order.x, order.y);
    await page.mouse.down();
    await page.mouse.move(target.x, target.y);
    await page.locator(".drag-label").getByText("Assign X7").waitFor();
    await page.keyboard.press("Escape");
    await page.mouse.up();
    expect([await page.getByRole("dialog").count(), await page.locator(".drag-label").count()]).toEqual([
      0, 0,
    ]);
    expect(map.faults).toEqual([]);
  });

  test("A selected truck is alone on the map, an order is seen with its delivery, and filters hide what they don't name.", async () => {
    const { page, order, truck: place, faults } = await open([truckWire(7)]);
    await drawn(page, order);
    await drawn(page, place);
    await page.mouse.click(place.x, place.y);
    await page.locator(".map-panel").getByRole("link", { name: "X7" }).waitFor();
    await gone(page, order);
    await drawn(page, place);
    await page.getByRole("button", { name: "Close" }).click();
    await drawn(page, order);

    await page.mouse.click(order.x, order.y);
    await page.locator(".map-panel").getByText("To there").waitFor();
    await gone(page, place);
    const delivery = {
      x: order.x + ((orderWire.delivery.longitude - pickup.longitude) / 360) * pixels,
      y: order.y + (mercator(pickup.latitude) - mercator(orderWire.delivery.latitude)) * pixels,
    };
    await drawn(page, delivery);
    await page.getByRole("button", { name: "Close" }).click();
    await drawn(page, place);

    await page.locator(".map-filters summary").click();
    await page.getByLabel("Driver").selectOption("off");
    await gone(page, place);
    expect(new URL(page.url()).searchParams.get("duty")).toBe("off");
    await page.getByRole("button", { name: "Show everything" }).click();
    await drawn(page, place);
    expect(faults).toEqual([]);
  });
});
