/** Public links to an order's map: who creates them, what they show, and how they end. */
import { describe, expect, test } from "vitest";
import { purgeShares } from "../../../src/modules/dispatch/index.ts";
import { findShared } from "../../../src/modules/dispatch/sharing/queries.ts";
import { sha256 } from "../../../src/platform/crypto/digest.ts";
import type { Person } from "../../authorization/world.ts";
import { del, post, rows } from "../../harness/api.ts";
import { jobContext } from "../../harness/job-context.ts";
import { at, orderIn, ROUTE, type Scene, type Step, scene } from "../scene.ts";

const share = (by: Person, id: string, body: object = {}) =>
  post(at(id, "share/"), body, { token: by.token });

const tokenIn = (url: string) => url.split("/track/")[1] ?? "";
const found = (token: string, later = 0) =>
  findShared(jobContext({ now: () => Date.now() + later }).ctx, token);

async function shared(status: Step, body: object = {}): Promise<{ there: Scene; id: string; token: string }> {
  const there = await scene();
  const id = await orderIn(there, status);
  const answer = await share(there.client, id, body);
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return { there, id, token: tokenIn(answer.body.url) };
}

describe("public links", () => {
  test("A client or an operator creates a link, for a day by default.", async () => {
    const there = await scene();
    const id = await orderIn(there, "ASSIGNED");
    for (const by of [there.client, there.operator]) {
      const { status, body } = await share(by, id);
      expect([status, Object.keys(body)]).toEqual([201, ["url", "expires_at"]]);
      expect(body.url).toMatch(/^http:\/\/caravan\.test\/track\/[\w-]{43}$/);
      expect(Math.round((Date.parse(body.expires_at) - Date.now()) / 60_000)).toBe(24 * 60);
    }
    expect((await share(there.driver, id)).status).toBe(404);
    const { body } = await share(there.client, id, { expires_in: 3600 });
    expect(Math.round((Date.parse(body.expires_at) - Date.now()) / 60_000)).toBe(60);
  });

  test("Only the hash of a link's token is stored.", async () => {
    const { id, token } = await shared("PENDING");
    const kept = await rows<{ token_hash: string }>("SELECT * FROM order_shares WHERE order_id = ?", id);
    expect(kept.map(({ token_hash }) => token_hash)).toEqual([await sha256(token)]);
    expect(JSON.stringify(kept)).not.toContain(token);
  });

  test.each([59, 604_801, -1, "soon"])("A link for %s seconds is refused.", async (expires_in) => {
    const there = await scene();
    const answer = await share(there.client, await orderIn(there, "PENDING"), { expires_in });
    expect([answer.status, Object.keys(answer.body)]).toEqual([400, ["expires_in"]]);
  });

  test.each(["COMPLETED", "CANCELLED"] as const)(
    "No link is created for an order that is %s.",
    async (status) => {
      const there = await scene();
      expect((await share(there.client, await orderIn(there, status))).body).toEqual({
        non_field_errors: ["Заказ завершён."],
      });
    },
  );

  test("An expired link stops working and is deleted by the sweep.", async () => {
    const { id, token } = await shared("PENDING", { expires_in: 60 });
    expect(await found(token, 61_000)).toBeNull();
    await purgeShares(jobContext({ now: () => Date.now() + 61_000 }).ctx);
    expect(await rows("SELECT id FROM order_shares WHERE order_id = ?", id)).toEqual([]);
  });

  test("A client ends all links of an order.", async () => {
    const { there, id, token } = await shared("PENDING");
    const second = tokenIn((await share(there.operator, id)).body.url);
    const other = await shared("PENDING");
    expect((await del(at(id, "share/"), undefined, { token: there.client.token })).status).toBe(204);
    expect([await found(token), await found(second)]).toEqual([null, null]);
    expect(await found(other.token)).not.toBeNull();
  });

  test.each(["", "x", "0".repeat(43)])("The unknown token %j shows nothing.", async (token) => {
    expect(await found(token)).toBeNull();
  });
});

describe("what a link shows", () => {
  test("A link shows the status, both places and the truck, and nothing that identifies a person.", async () => {
    const { there, id, token } = await shared("ASSIGNED");
    await rows("UPDATE users SET first_name = 'Ирина' WHERE id = ?", there.client.id);
    await post(
      "/api/v1/location/update/",
      { latitude: 55.8, longitude: 37.7 },
      { token: there.driver.token },
    );
    const facts = await found(token);
    expect(facts).toEqual({
      orderId: id,
      status: "ASSIGNED",
      pickup: { latitude: ROUTE.pickup_latitude, longitude: ROUTE.pickup_longitude },
      delivery: { latitude: ROUTE.delivery_latitude, longitude: ROUTE.delivery_longitude },
      truck: { id: there.truck, latitude: 55.8, longitude: 37.7, at: expect.any(Number) },
      eta: expect.any(Number),
      firstName: null,
      expiresAt: expect.any(Number),
    });
    expect(facts?.eta).toBeGreaterThan(600);
    expect(JSON.stringify(facts)).not.toMatch(/Ленина|Тверская|Ирина/);
  });

  test("A link shows the first name when the client allowed it.", async () => {
    const { there, token } = await shared("PENDING", { shows_name: true });
    await rows("UPDATE users SET first_name = 'Ирина', last_name = 'К' WHERE id = ?", there.client.id);
    expect((await found(token))?.firstName).toBe("Ирина");
  });

  test.each(["PENDING", "CONFIRMED"] as const)(
    "A link shows no truck while the order is %s.",
    async (status) => {
      const { token } = await shared(status);
      expect(await found(token)).toMatchObject({ status, truck: null, eta: null });
    },
  );

  test("A link shows no truck once the order is over.", async () => {
    const { there, id, token } = await shared("ASSIGNED");
    await post(
      "/api/v1/location/update/",
      { latitude: 55.8, longitude: 37.7 },
      { token: there.driver.token },
    );
    await post(at(id, "cancel/"), undefined, { token: there.client.token });
    expect(await found(token)).toMatchObject({ status: "CANCELLED", truck: null, eta: null });
  });
});
