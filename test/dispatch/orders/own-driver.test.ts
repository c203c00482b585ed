/** What the driver of an order's truck may do, route by route. It completes the authorization matrix. */
import { expect, test } from "vitest";
import { routes } from "../../../src/app.ts";
import { call, rows } from "../../harness/api.ts";
import { at, orderIn, ROUTE, type Step, scene } from "../scene.ts";

interface Row {
  readonly status: number;
  /** What the order has come to. */
  readonly step?: Step;
  readonly rest?: string;
  readonly body?: object | ((order: string) => Promise<object>);
}

const startCode = async (order: string) => {
  const [row] = await rows<{ code: string }>("SELECT start_code AS code FROM orders WHERE id = ?", order);
  return { code: row?.code };
};

const TABLE: Record<string, Row> = {
  "GET /api/v1/orders/:uuid": { status: 200 },
  // Fields that they may not set are ignored.
  "PUT /api/v1/orders/:uuid": {
    status: 200,
    body: { ...ROUTE, vehicle_type: 1, final_price: "1.00" },
  },
  "PATCH /api/v1/orders/:uuid": { status: 200, body: { status: "COMPLETED", estimated_price: "1.00" } },
  "PUT /api/v1/orders/:uuid/update-status": { status: 200, body: { status: "IN_PROGRESS" } },
  "PATCH /api/v1/orders/:uuid/update-status": { status: 200, body: { status: "IN_PROGRESS" } },
  // A step that is not theirs is refused like one that does not follow: by both names.
  "POST /api/v1/orders/:uuid/cancel": { status: 400 },
  "POST /api/v1/orders/:uuid/start": { status: 200, body: startCode },
  "POST /api/v1/orders/:uuid/start-code/open": { status: 403 },
  "POST /api/v1/orders/:uuid/arrived": { status: 200 },
  "POST /api/v1/orders/:uuid/payments": { status: 404, body: { amount: "10.00", payment_method: "CASH" } },
  "PATCH /api/v1/orders/:uuid/payments/:id": {
    status: 403,
    rest: "payments/1/",
    body: { status: "COMPLETED" },
  },
  "POST /api/v1/orders/:uuid/rating": {
    status: 404,
    step: "COMPLETED",
    body: { driver_rating: 5, service_rating: 5 },
  },
  "POST /api/v1/orders/:uuid/dispatch": { status: 403 },
  "POST /api/v1/orders/:uuid/offer/accept": { status: 404 },
  "POST /api/v1/orders/:uuid/offer/refuse": { status: 404 },
  "POST /api/v1/orders/:uuid/share": { status: 404, body: {} },
  "DELETE /api/v1/orders/:uuid/share": { status: 404 },
};

const PREFIX = "/api/v1/orders/:uuid";

test("The table has every route of an order.", () => {
  const mounted = routes.filter(({ path }) => path.startsWith(PREFIX));
  const names = mounted.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
  expect(Object.keys(TABLE).sort()).toEqual([...names].sort());
});

test.each(Object.entries(TABLE))(
  "The driver of the order's truck gets the declared answer from %s.",
  async (name, { status, step = "ASSIGNED", rest, body }) => {
    const [method = "", path = ""] = name.split(" ");
    const there = await scene();
    const order = await orderIn(there, step);
    const before = await rows("SELECT final_price, estimated_price FROM orders WHERE id = ?", order);
    const words = rest ?? path.slice(PREFIX.length + 1) + (path === PREFIX ? "" : "/");
    const sent = typeof body === "function" ? await body(order) : body;
    const answer = await call(method, at(order, words), {
      token: there.driver.token,
      ...(sent === undefined ? {} : { body: sent }),
    });
    expect([answer.status, answer.status === status ? null : answer.body]).toEqual([status, null]);
    if (step === "ASSIGNED")
      expect(await rows("SELECT final_price, estimated_price FROM orders WHERE id = ?", order)).toEqual(
        before,
      );
  },
);
