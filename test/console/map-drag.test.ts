/** An order that is dragged onto a truck on the console's map. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Stage, signIn } from "./browser.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});

afterAll(() => stage?.close());

describe("an order that is dragged", () => {
  /** One truck and one order, so near each other that the map shows them at its closest frame: zoom 13. */
  const truck = { latitude: 55.7525, longitude: 37.616 };
  const pickup = { latitude: 55.7601, longitude: 37.6189 };
  const pixels = 512 * 2 ** 13;
  const mercator = (latitude: number) =>
    Math.log(Math.tan(Math.PI / 4 + (latitude * Math.PI) / 360)) / (2 * Math.PI);

  async function facing() {
    const { page, faults } = await stage.window();
    const wire = { id: "00000000-0000-4000-8000-00000000000a", priority: "HIGH", status: "CONFIRMED" };
    await page.route("**/api/admin/map/", (route) =>
      route.fulfill({
        json: {
          trucks: [
            {
              ...truck,
              ...{ id: 7, license_plate: "X7", model: "", status: "AVAILABLE", located_at: null },
              ...{ driver: null, order: null },
            },
          ],
          orders: [
            {
              ...wire,
              tow_truck: null,
              pickup: { ...pickup, address: "From here" },
              delivery: { ...pickup, address: "To there" },
              created_at: new Date().toISOString(),
            },
          ],
        },
      }),
    );
    const asked: unknown[] = [];
    await page.route("**/actions/assign/", (route) => {
      asked.push([new URL(route.request().url()).pathname, route.request().postDataJSON()]);
      return route.fulfill({ json: {} });
    });
    await page.goto(`${stage.server.origin}/admin/map`);
    await signIn(page, "operator");
    await page.locator(".map-panel").getByText("From here").waitFor();
    await page.locator(".maplibregl-canvas").waitFor();
    const frame = await page.locator(".map").boundingBox();
    if (!frame) throw new Error("there is no map");
    const dx = ((pickup.longitude - truck.longitude) / 360 / 2) * pixels;
    const dy = ((mercator(pickup.latitude) - mercator(truck.latitude)) / 2) * pixels;
    const [x, y] = [frame.x + frame.width / 2, frame.y + frame.height / 2];
    const order = { x: x + dx, y: y - dy };
    // The pointer says when the order is drawn below it.
    await expect
      .poll(async () => {
        await page.mouse.move(order.x + 1, order.y);
        await page.mouse.move(order.x, order.y);
        return page.locator(".maplibregl-canvas").evaluate((canvas) => (canvas as HTMLElement).style.cursor);
      })
      .toBe("pointer");
    return {
      page,
      faults,
      asked,
      id: wire.id,
      order,
      truck: { x: x - dx, y: y + dy },
      far: { x: x + 200, y: y + 200 },
    };
  }

  test("An order dragged onto a truck is assigned after a confirmation.", async () => {
    const { page, asked, id, order, truck: target, faults } = await facing();
    await page.mouse.down();
    await page.mouse.move((order.x + target.x) / 2, (order.y + target.y) / 2);
    await page.mouse.move(target.x, target.y);
    await page.mouse.up();
    await page.getByRole("dialog", { name: "Assign X7 to this order?" }).waitFor();
    expect(asked).toEqual([]);
    await page.getByRole("dialog").getByRole("button", { name: "Assign" }).click();
    await page.getByText("X7 is on its way").waitFor();
    expect(asked).toEqual([[`/api/admin/orders/${id}/actions/assign/`, { tow_truck: 7 }]]);
    expect(faults).toEqual([]);
  });

  test("An order dragged onto nothing stays where it was.", async () => {
    const { page, asked, order, far } = await facing();
    await page.mouse.down();
    await page.mouse.move(order.x + 50, order.y + 50);
    await page.mouse.move(far.x, far.y);
    await page.mouse.up();
    expect([await page.getByRole("dialog").count(), asked]).toEqual([0, []]);
  });
});
