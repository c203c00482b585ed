/** The console's live map in a real browser: orders, trucks and the public page, as they change. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Client } from "../../whole/client.ts";
import { Stage, signIn } from "../browser.ts";

let stage: Stage;
let client: Client;
let driver: Client;
let operator: Client;

const MOSCOW = { latitude: 55.752, longitude: 37.6156 };
const SAMPLE_CAR = "00000000-0000-0000-0000-000000000001";

async function anOrder(address: string): Promise<string> {
  const { status, body, text } = await client.post("/api/v1/orders/", {
    vehicle: SAMPLE_CAR,
    vehicle_type: 1,
    pickup_address: address,
    pickup_latitude: 55.7601,
    pickup_longitude: 37.6189,
    delivery_address: "Leninsky 1",
    delivery_latitude: 55.7,
    delivery_longitude: 37.58,
  });
  expect([status, text]).toEqual([201, text]);
  return body.id;
}

async function drive(place: { latitude: number; longitude: number }) {
  expect((await driver.post("/api/v1/location/update/", place)).status).toBe(200);
}

const orderOf = async (id: string) => (await operator.get(`/api/v1/orders/${id}/`)).body;

beforeAll(async () => {
  stage = await Stage.open();
  client = await stage.as("client");
  driver = await stage.as("driver");
  operator = await stage.as("operator");
});

afterAll(() => stage?.close());

describe("what happens shows by itself", () => {
  test("A new order appears on the map, and disappears when it is cancelled.", async () => {
    const { page, faults } = await stage.signedIn("operator", "/map");
    await page.locator(".maplibregl-canvas").waitFor();
    await page.locator('[data-live="live"]').waitFor();
    const id = await anOrder("Arbat 12");
    await page.locator(".map-panel").getByText("Arbat 12").waitFor();
    await operator.call("PATCH", `/api/v1/orders/${id}/update-status/`, { status: "CANCELLED" });
    await expect.poll(() => page.locator(".map-panel").getByText("Arbat 12").count()).toBe(0);
    expect(faults).toEqual([]);
  });

  test("An order is assigned by two clicks, the truck is busy at once, and its track can be shown.", async () => {
    await drive(MOSCOW);
    await drive({ latitude: 55.7525, longitude: 37.616 });
    const id = await anOrder("Tverskaya 7");
    const { page, faults } = await stage.signedIn("operator", `/map?order=${id}`);
    await page.locator('[data-live="live"]').waitFor();
    const candidate = page.locator(".candidate").first();
    await candidate.getByText("Э001КХ199").waitFor();
    await candidate.getByRole("button", { name: "Assign" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Assign" }).click();
    await page.getByText("Э001КХ199 is on its way").waitFor();
    expect(await orderOf(id)).toMatchObject({ status: "ASSIGNED" });
    await page.locator('.legend [data-state="busy"]').getByText("1").waitFor();

    const trail = (hours: number) =>
      page.waitForResponse((response) => response.url().endsWith(`/track/?hours=${hours}`));
    const lastHour = trail(1);
    await page.locator(".map-panel").getByRole("button", { name: "Э001КХ199" }).click();
    expect((await lastHour).status()).toBe(200);
    const sixHours = trail(6);
    await page.getByRole("button", { name: "Six hours" }).click();
    expect((await sixHours).status()).toBe(200);
    expect(faults).toEqual([]);
    await operator.call("PATCH", `/api/v1/orders/${id}/update-status/`, { status: "CANCELLED" });
  });

  test("The public page in another browser follows the truck assigned in the console.", async () => {
    await drive(MOSCOW);
    const id = await anOrder("Sretenka 9");
    const shared = await client.post(`/api/v1/orders/${id}/share/`, { shows_name: true });
    expect(shared.status).toBe(201);
    const watcher = await stage.window();
    await watcher.page.goto(shared.body.url);
    await watcher.page.getByText("waiting for confirmation").waitFor();
    const { page, faults } = await stage.signedIn("operator", `/map?order=${id}`);
    await page.locator('[data-live="live"]').waitFor();
    await page.locator(".candidate").first().getByRole("button", { name: "Assign" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Assign" }).click();
    await watcher.page.getByText("The truck is on its way to the car").waitFor();
    await drive({ latitude: 55.7545, longitude: 37.616 });
    const truck = watcher.page.locator("svg .truck");
    await truck.waitFor();
    const before = await truck.getAttribute("transform");
    await drive({ latitude: 55.757, longitude: 37.6175 });
    await expect.poll(() => truck.getAttribute("transform")).not.toBe(before);
    await watcher.page.getByText(/about \d+ min|any moment now/).waitFor();
    expect([...faults, ...watcher.faults, ...watcher.outside]).toEqual([]);
    await operator.call("PATCH", `/api/v1/orders/${id}/update-status/`, { status: "CANCELLED" });
    await watcher.page.getByText("The order was cancelled").waitFor();
  });

  test("Two operators on one order see each other and each step at once; cancelling names its deeds in both languages and keeps the reason.", async () => {
    const id = await anOrder("Pokrovka 3");
    const { page, faults } = await stage.signedIn("operator", `/orders/${id}`);
    await page.locator(".steps").waitFor();
    const other = await stage.signedIn("staff", `/orders/${id}`, { locale: "ru-RU" });
    await page.locator(".presence").getByText("Ada Admin also has this order open.").waitFor();
    await other.page
      .locator(".presence")
      .getByText("Этот заказ открыт и у: Ольга Операторова · +7 900 123-45-69.")
      .waitFor();
    await page.getByRole("button", { name: "Confirm the order" }).click();
    await other.page.locator('.steps [aria-current="step"]').getByText("Подтверждён").waitFor();
    expect(await page.getByRole("button", { name: "Complete the order" }).count()).toBe(0);

    await other.page.getByRole("button", { name: "Отменить заказ" }).click();
    const asked = other.page.getByRole("dialog");
    expect(await asked.locator("footer button").allTextContents()).toEqual([
      "Оставить заказ",
      "Отменить заказ",
    ]);
    await other.page.context().close();
    await page.locator(".presence").waitFor({ state: "detached" });

    await page.getByRole("button", { name: "Cancel the order" }).click();
    const dialog = page.getByRole("dialog");
    expect(await dialog.locator("footer button").allTextContents()).toEqual([
      "Keep the order",
      "Cancel the order",
    ]);
    expect(await dialog.getByRole("button", { name: "Cancel the order" }).isDisabled()).toBe(true);
    await dialog.getByLabel("Reason").fill("The car starts again");
    await dialog.getByRole("button", { name: "Cancel the order" }).click();
    await page.locator('.steps [aria-current="step"]').getByText("Cancelled").waitFor();
    await page.getByRole("tab", { name: "History" }).click();
    const card = page.locator(".audit-card").filter({ hasText: "The car starts again" });
    await card.getByText("Confirmed").waitFor();
    expect(await card.locator("tbody tr").count()).toBe(2);
    expect(await orderOf(id)).toMatchObject({ status: "CANCELLED" });
    expect(faults).toEqual([]);
  });
});

describe("a client who calls", () => {
  test("An operator takes the order by phone with places on the map and the price before saving, assigns it on its page, completes it, takes the money and records the rating.", async () => {
    await drive(MOSCOW);
    const { page, faults } = await stage.signedIn("operator", "/orders");
    await page.getByRole("link", { name: "New", exact: true }).click();
    await page.getByLabel("Phone").fill("8 (903) 555-12-34");
    await page.getByText("New client: the order registers them.").waitFor();
    await page.getByLabel("First name").fill("Olga");
    for (const [label, value] of [
      ["Make", "Lada"],
      ["Model", "Niva"],
      ["Licence plate", "К777КК77"],
    ] as const)
      await page.getByLabel(label).fill(value);
    const map = page.locator(".point-map .maplibregl-canvas");
    await map.scrollIntoViewIfNeeded();
    await page.getByRole("textbox", { name: "From" }).fill("Tverskaya 7");
    await page.getByRole("textbox", { name: "To" }).fill("Arbat 1");
    await map.click({ position: { x: 200, y: 150 } });
    await expect.poll(() => page.getByText("Choose a result, or a point on the map.").count()).toBe(1);
    await map.click({ position: { x: 240, y: 160 } });
    const { name } = (await operator.get("/api/admin/vehicle-types/1/")).body;
    await page.getByRole("combobox", { name: "Tariff" }).fill(name);
    await page.getByRole("option", { name }).first().click();
    await page.getByText(/^Price: ₽/).waitFor();
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}-call.png`, fullPage: true });
    await page.getByRole("button", { name: "Place the order" }).click();
    await page.locator(".timeline").getByText("Placed").waitFor();
    await page.locator('.order-facts a[href="tel:+79035551234"]').waitFor();
    const id = page.url().split("/").at(-1) ?? "";
    expect(await orderOf(id)).toMatchObject({ status: "PENDING", pickup_address: "Tverskaya 7" });

    // The points were anywhere on the map; the truck is in Moscow.
    const { version } = (await operator.get(`/api/admin/orders/${id}/`)).body;
    const pickup = { latitude: 55.7601, longitude: 37.6189 };
    const path = `/api/admin/orders/${id}/`;
    const token = await page.evaluate(() => localStorage.getItem("caravan.session"));
    await fetch(stage.server.origin + path, {
      method: "PATCH",
      headers: {
        authorization: `Token ${token}`,
        "content-type": "application/json",
        "if-match": `"${version}"`,
      },
      body: JSON.stringify({ pickup }),
    });
    await page.reload();
    await page.locator(".candidate").first().getByRole("button", { name: "Assign" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Assign" }).click();
    await page.locator('.order-facts a[href^="tel:"]').nth(1).waitFor();
    await page.getByRole("button", { name: "Start the work" }).click();
    await page.getByRole("button", { name: "Complete the order" }).click();
    await dialog.getByLabel("Final price").fill("4000");
    await dialog.getByRole("button", { name: "Complete the order" }).click();
    await page.locator(".money").getByText("₽4,000.00 due").waitFor();
    await page.getByRole("button", { name: "Record a payment" }).click();
    expect(await dialog.getByLabel("Amount").inputValue()).toBe("4,000.00");
    await dialog.getByLabel("Method").selectOption("CASH");
    await dialog.getByRole("button", { name: "Record a payment" }).click();
    await page.locator(".money").getByText("paid").waitFor();
    await page.locator(".timeline").getByText("Payment ₽4,000.00: Completed").waitFor();
    await page.getByRole("button", { name: "Record the client's rating" }).click();
    await dialog.getByLabel("Driver, 1 to 5").fill("5");
    await dialog.getByLabel("Service, 1 to 5").fill("4");
    await dialog.getByRole("button", { name: "Record the client's rating" }).click();
    await page.locator(".timeline").getByText("Rated: driver 5, service 4").waitFor();
    expect(await page.getByRole("button", { name: "Cancel the order" }).count()).toBe(0);
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}-order.png`, fullPage: true });
    expect(faults).toEqual([]);
  });
});

describe("a thousand trucks that move every second", () => {
  const COUNT = 1000;
  const place = (id: number, turn: number) => ({
    latitude: 55.75 + Math.sin(id + turn / 20) * 0.3,
    longitude: 37.6 + Math.cos(id * 1.7 + turn / 20) * 0.5,
  });

  /** The server's frames are simulated; the page is real. */
  async function crowded() {
    const { page, faults } = await stage.window({ width: 1280 });
    const trucks = Array.from({ length: COUNT }, (_, index) => ({
      id: index + 1,
      license_plate: `T${index + 1}`,
      model: "",
      status: "AVAILABLE",
      ...place(index + 1, 0),
      located_at: null,
      vehicle_types: [],
      driver: null,
      order: null,
    }));
    await page.route("**/api/admin/map/", (route) => route.fulfill({ json: { trucks, orders: [] } }));
    let turn = 0;
    let send = (_: object) => {};
    await page.routeWebSocket(/\/ws\/me\//, (socket) => {
      send = (frame) => socket.send(JSON.stringify(frame));
      send({
        t: "welcome",
        epoch: "m",
        seq: 0,
        ttl: null,
        recovered: true,
        limits: { ping: 25, silence: 60 },
      });
      socket.onMessage((words) => {
        const frame = JSON.parse(String(words));
        if (frame.t === "ping") send({ t: "pong" });
        if (frame.t === "subscribe")
          send({ t: "subscribed", ref: frame.ref, room: frame.room, epoch: "e", seq: 0, recovered: true });
      });
    });
    const tick = () => {
      turn += 1;
      const trucks = Array.from({ length: COUNT }, (_, index) => {
        const { latitude, longitude } = place(index + 1, turn);
        return [index + 1, latitude, longitude, Date.now()];
      });
      send({ t: "latest", room: "ops:all", kind: "positions", at: "", body: { trucks } });
    };
    let seq = 0;
    const engage = () => {
      for (let id = 1; id <= COUNT; id++) {
        seq += 1;
        const body = { tow_truck_id: String(id), ...place(id, turn), status: "BUSY", updated_at: "" };
        send({ t: "entry", room: "ops:all", seq, kind: "position", at: "", by: null, body });
      }
    };
    await page.goto(`${stage.server.origin}/admin/map`);
    await signIn(page, "operator");
    await page.locator('.legend [data-state="available"]').getByText(String(COUNT)).waitFor();
    await page.locator('[data-live="live"]').waitFor();
    return { page, faults, tick, engage };
  }

  test("A thousand moving trucks are drawn in clusters while the page stays responsive.", async () => {
    const { page, faults, tick, engage } = await crowded();
    await page.evaluate(() => {
      const facts = { blocked: 0, frames: 0 };
      Object.assign(globalThis, { facts });
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) facts.blocked += duration - 50;
      }).observe({ entryTypes: ["longtask"] });
      const count = () => {
        facts.frames += 1;
        requestAnimationFrame(count);
      };
      requestAnimationFrame(count);
    });
    const from = Date.now();
    for (let round = 0; round < 8; round++) {
      tick();
      if (round === 7) engage();
      await page.waitForTimeout(1000);
    }
    await page.locator('.legend [data-state="busy"]').getByText(String(COUNT)).waitFor();
    const seconds = (Date.now() - from) / 1000;
    const facts = await page.evaluate(
      () => (globalThis as unknown as { facts: Record<string, number> }).facts,
    );
    // The map is drawn by software here, frames are the machine's; how long a click had to wait, in all, is ours.
    expect(facts.blocked).toBeLessThan(250);
    expect((facts.frames ?? 0) / seconds).toBeGreaterThan(5);
    expect(faults).toEqual([]);
  });
});
