/** What a public link shows, by the order's status and truck. */
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { newPerson } from "../../authorization/world.ts";
import { get } from "../../harness/api.ts";
import { connect, connectNative } from "../../harness/socket.ts";
import { move, place, type Step, scene, truckRow } from "../scene.ts";
import { bring, linkTo, report } from "./links.ts";

const STATES: readonly Step[] = ["PENDING", "CONFIRMED", "ASSIGNED", "IN_PROGRESS", "COMPLETED", "CANCELLED"];
const isOver = (status: Step) => status === "COMPLETED" || status === "CANCELLED";
const isActive = (status: Step) => status === "ASSIGNED" || status === "IN_PROGRESS";

interface Frame {
  readonly t: string;
  readonly kind: string;
  readonly body: Record<string, unknown>;
}

/** Everything from the beginning that a link's socket gives: the entries, and the position that the room knows. */
async function replayed(token: string): Promise<{ entries: Frame[]; places: Frame[] }> {
  const socket = await connectNative(`/ws/track/${token}/?since=0`);
  const { seq } = await socket.next(({ t }) => t === "welcome");
  const entries: Frame[] = [];
  while (entries.length < seq) entries.push(await socket.next(({ t }) => t === "entry"));
  socket.close();
  return { entries, places: socket.frames.filter(({ t }) => t === "latest") };
}

const placesOf = async (token: string) => (await replayed(token)).places.map(({ body }) => body.latitude);

describe.each(STATES)("the link of an order that is %s", (status) => {
  async function shared() {
    const there = await scene();
    const id = await place(there);
    const token = await linkTo(there, id);
    await bring(there, id, status);
    return { there, id, token };
  }

  test("The link shows the status by REST and on the page, with places only while that is allowed.", async () => {
    const { token } = await shared();
    const { body } = await get(`/api/v1/track/${token}/`);
    const page = await get(`/track/${token}/`);
    expect([body.status, page.status]).toEqual([status, 200]);
    expect(body.truck).toEqual(
      isActive(status) ? { latitude: 55.2, longitude: 37.5, at: expect.any(String) } : null,
    );
    expect(body.eta_seconds).toEqual(isActive(status) ? expect.any(Number) : null);
    const places = /latitude/.test(JSON.stringify(body));
    expect([places, /latitude/.test(String(page.body))]).toEqual([!isOver(status), !isOver(status)]);
  });

  test("A reconnecting link receives the statuses again, with positions only while that is allowed.", async () => {
    const { token } = await shared();
    // The room is shown one position a second.
    await expect.poll(() => placesOf(token), { timeout: 3000 }).toEqual(isActive(status) ? [55.2] : []);
    const { entries } = await replayed(token);
    expect(JSON.stringify(entries).includes("latitude")).toBe(false);
    if (status !== "PENDING")
      expect(entries.findLast(({ kind }) => kind === "status")?.body.status).toBe(status);
  });

  test.each([["caravan.v1"], []])(
    "The public socket (%s) receives the truck's positions only while it has the job.",
    async (...said) => {
      const { there, token } = await shared();
      const protocols = said.filter((word) => typeof word === "string" && word !== "");
      const socket = await connect(`/ws/track/${token}/`, { protocols: protocols as string[] });
      await report(there.driver, 55.3);
      const isPlace = (frame: unknown) => JSON.stringify(frame).includes("55.3");
      if (isActive(status)) await socket.next(isPlace);
      else expect(await socket.silent(isPlace)).toBe(true);
      socket.close();
    },
  );
});

describe("entries from before the link", () => {
  test("Entries from before the link are hidden, and later ones are shown.", async () => {
    const there = await scene();
    const id = await place(there);
    await bring(there, id, "ASSIGNED");
    const token = await linkTo(there, id);
    const before = await replayed(token);
    expect(before.entries.map(({ kind, body }) => [kind, body])).toEqual(
      before.entries.map(() => ["hidden", {}]),
    );
    expect(before.places).toEqual([]);
    await report(there.driver, 55.4);
    await move(there.driver, id, { status: "IN_PROGRESS" });
    const after = await replayed(token);
    expect(after.entries.slice(before.entries.length).map(({ kind }) => kind)).toEqual(["status"]);
    await expect.poll(() => placesOf(token), { timeout: 3000 }).toEqual([55.4]);
  });
});

describe("a link after the job went to another truck", () => {
  async function handedOver() {
    const there = await scene();
    const id = await place(there);
    const token = await linkTo(there, id);
    await bring(there, id, "ASSIGNED");
    const heir = await newPerson("driver");
    const other = await truckRow({ tariff: there.tariff, driver: heir.id });
    const socket = await connectNative(`/ws/track/${token}/`);
    await move(there.operator, id, { tow_truck: other });
    return { there, id, token, heir, other, socket };
  }

  test("The link shows the new status and positions of the new truck only.", async () => {
    const { there, token, heir, other, socket } = await handedOver();
    const told = await socket.next(({ kind }) => kind === "status");
    expect(told.body).toMatchObject({ status: "ASSIGNED", tow_truck: other });
    expect((await get(`/api/v1/track/${token}/`)).body).toMatchObject({ truck: null, eta_seconds: null });
    await report(there.driver, 55.5);
    await report(heir, 55.6);
    expect((await socket.next(({ kind }) => kind === "position")).body).toMatchObject({
      latitude: 55.6,
      tow_truck_id: String(other),
    });
    expect((await get(`/api/v1/track/${token}/`)).body.truck).toMatchObject({ latitude: 55.6 });
    const { places } = await replayed(token);
    expect(places.map(({ body }) => body.tow_truck_id)).toEqual([String(other)]);
  });

  test("A late position of the former truck is hidden.", async () => {
    const { there, id, socket } = await handedOver();
    await socket.next(({ kind }) => kind === "status");
    const body = {
      tow_truck_id: String(there.truck),
      latitude: 55.7,
      longitude: 37.5,
      updated_at: new Date().toISOString(),
      order_id: id,
      distance_m: 5,
      eta_seconds: 1,
    };
    const name = `order:${id}`;
    await env.ORDER_ROOMS.getByName(name).show(name, { kind: "position", key: "late", body });
    expect(await socket.silent(({ t }) => t === "latest")).toBe(true);
    // Older versions stored positions in the journal.
    await env.ORDER_ROOMS.getByName(name).publish(name, { kind: "position", ref: "late", body });
    expect((await socket.next(({ t }) => t === "entry")).kind).toBe("hidden");
    socket.close();
  });
});
