/** Quotas at every route that creates a limited thing, also under concurrent requests. */
import { describe, expect, test } from "vitest";
import { QUOTA_NAMES, type QuotaName } from "../../../src/platform/runtime.ts";
import { readSettings } from "../../../src/settings.ts";
import { newPerson } from "../../authorization/world.ts";
import { type Answer, del, patch, post, rows } from "../../harness/api.ts";
import { at, carOf, move, newOrder, ORDERS, orderIn, type Scene, scene } from "../scene.ts";
import { carFacts } from "./builders.ts";

interface RouteUnderTest {
  readonly make: (there: Scene, settings: Record<string, string>) => Promise<Answer>;
  /** How many there are. */
  readonly count: (there: Scene) => Promise<number>;
  /** Makes room for one. */
  readonly free: (there: Scene) => Promise<Answer>;
}

const counted = async (sql: string, ...values: unknown[]) =>
  (await rows<{ count: number }>(`SELECT count(*) AS count FROM ${sql}`, ...values))[0]?.count ?? 0;
const first = async (sql: string, ...values: unknown[]) =>
  (await rows<{ id: string }>(`SELECT id FROM ${sql} LIMIT 1`, ...values))[0]?.id ?? "";

/** Every route that creates a limited thing. */
const ROUTES: Record<string, { quota: QuotaName; variable: string } & RouteUnderTest> = {
  "POST orders/": {
    quota: "openOrders",
    variable: "QUOTA_OPEN_ORDERS",
    make: (there, settings) => post(ORDERS, newOrder(there), { token: there.client.token, settings }),
    count: ({ client }) => counted("orders WHERE client_id = ? AND status = 'PENDING'", client.id),
    async free({ client, operator }) {
      const id = await first("orders WHERE client_id = ? AND status = 'PENDING'", client.id);
      return move(operator, id, { status: "CANCELLED" });
    },
  },
  "POST vehicles/": {
    quota: "vehicles",
    variable: "QUOTA_VEHICLES",
    make: ({ client }, settings) => post("/api/v1/vehicles/", carFacts(), { token: client.token, settings }),
    // The scene's own car counts, too.
    count: async ({ client }) => (await counted("client_vehicles WHERE owner_id = ?", client.id)) - 1,
    async free({ client }) {
      const id = await first("client_vehicles WHERE owner_id = ? ORDER BY created_at DESC", client.id);
      return del(`/api/v1/vehicles/${id}/`, undefined, { token: client.token });
    },
  },
  "POST documents/": {
    quota: "documents",
    variable: "QUOTA_DOCUMENTS",
    make: ({ client }, settings) =>
      post("/api/v1/documents/", { name: "Права" }, { token: client.token, settings }),
    count: ({ client }) => counted("documents WHERE user_id = ?", client.id),
    free: async ({ client }) =>
      del(`/api/v1/documents/${await first("documents WHERE user_id = ?", client.id)}/`, undefined, {
        token: client.token,
      }),
  },
  "POST support/tickets/": {
    quota: "openTickets",
    variable: "QUOTA_OPEN_TICKETS",
    make: ({ client }, settings) =>
      post("/api/v1/support/tickets/", { subject: "A", description: "B" }, { token: client.token, settings }),
    count: ({ client }) => counted("support_tickets WHERE author_id = ? AND status = 'OPEN'", client.id),
    async free({ client, operator }) {
      const id = await first("support_tickets WHERE author_id = ? AND status = 'OPEN'", client.id);
      return patch(`/api/v1/support/tickets/${id}/`, { status: "RESOLVED" }, { token: operator.token });
    },
  },
};

const LINKS: (typeof ROUTES)[string] = {
  quota: "orderLinks",
  variable: "QUOTA_ORDER_LINKS",
  async make({ client }, settings) {
    const id = await first("orders WHERE client_id = ?", client.id);
    return post(at(id, "share/"), { expires_in: 60 }, { token: client.token, settings });
  },
  count: ({ client }) =>
    counted("order_shares WHERE order_id IN (SELECT id FROM orders WHERE client_id = ?)", client.id),
  async free({ client }) {
    const id = await first("orders WHERE client_id = ?", client.id);
    return del(at(id, "share/"), undefined, { token: client.token });
  },
};
const ALL: Record<string, (typeof ROUTES)[string]> = { ...ROUTES, "POST orders/{uuid}/share/": LINKS };

test("Every quota has a test here, and figures in production and in development.", () => {
  // Counted in test/identity/api-keys/keys.test.ts, test/webhooks/endpoints.test.ts and test/notifications/push/.
  const elsewhere = ["apiKeys", "webhookEndpoints", "pushSubscriptions"];
  expect([...Object.values(ALL).map(({ quota }) => quota), ...elsewhere]).toEqual([...QUOTA_NAMES]);
  const bare = {
    SIGNING_SECRET: "x".repeat(40),
    PUBLIC_ORIGIN: "https://a.example",
    RESEND_API_KEY: "k",
  };
  const quotasOf = (APP_ENV: string) => readSettings({ ...bare, APP_ENV }).settings.quotas;
  expect(quotasOf("production")).toEqual({
    openOrders: 20,
    vehicles: 50,
    documents: 200,
    openTickets: 50,
    orderLinks: 20,
    apiKeys: 20,
    webhookEndpoints: 20,
    pushSubscriptions: 20,
  });
  expect(quotasOf("development")).toEqual({
    ...Object.fromEntries(QUOTA_NAMES.map((name) => [name, 1000])),
    apiKeys: 100,
    webhookEndpoints: 100,
    pushSubscriptions: 100,
  });
});

describe.each(Object.entries(ALL))("%s", (_, { quota, variable, make, count, free }) => {
  /** Of a scene that has nothing yet but what the thing itself needs. */
  async function prepared() {
    const there = await scene();
    if (quota === "orderLinks") await orderIn(there, "PENDING");
    return { there, settings: { [variable]: quota === "vehicles" ? "4" : "3" } };
  }

  test("The quota allows three, refuses the fourth with the number, and allows one again when there is room.", async () => {
    const { there, settings } = await prepared();
    for (let nth = 0; nth < 3; nth++) expect((await make(there, settings)).status).toBe(201);
    const refused = await make(there, settings);
    expect([refused.status, Object.keys(refused.body)]).toEqual([400, ["non_field_errors"]]);
    expect(refused.body.non_field_errors[0]).toContain(settings[variable]);
    expect(await count(there)).toBe(3);
    expect((await free(there)).status).toBeLessThan(300);
    expect((await make(there, settings)).status).toBe(201);
  });

  test("Of twelve concurrent requests the quota allows three.", async () => {
    const { there, settings } = await prepared();
    const responses = await Promise.all(Array.from({ length: 12 }, () => make(there, settings)));
    expect(responses.filter(({ status }) => status === 201)).toHaveLength(3);
    expect(responses.filter(({ status }) => status === 400)).toHaveLength(9);
    expect(await count(there)).toBe(3);
  });

  test("The quota counts each person or order separately.", async () => {
    const [one, other] = [await prepared(), await prepared()];
    for (let nth = 0; nth < 3; nth++) await make(one.there, one.settings);
    expect((await make(other.there, one.settings)).status).toBe(201);
  });
});

test("A refused request leaves nothing behind: no notification, no message, no file.", async () => {
  const there = await scene();
  const settings = { QUOTA_OPEN_ORDERS: "1", QUOTA_OPEN_TICKETS: "1", QUOTA_DOCUMENTS: "1" };
  for (const name of ["POST orders/", "POST support/tickets/", "POST documents/"])
    await ROUTES[name]?.make(there, settings);
  const traces = async () => [
    await counted("notifications WHERE user_id = ?", there.client.id),
    await counted("support_messages WHERE author_id = ?", there.client.id),
    await counted("files WHERE owner_id = ?", there.client.id),
  ];
  const before = await traces();
  for (const name of ["POST orders/", "POST support/tickets/"])
    expect((await ROUTES[name]?.make(there, settings))?.status).toBe(400);
  const form = new FormData();
  form.set("name", "Права");
  form.set("file", new File(["%PDF-1.4\n%%EOF"], "a.pdf", { type: "application/pdf" }));
  const filed = await post("/api/v1/documents/", form, { token: there.client.token, settings });
  expect([filed.status, Object.keys(filed.body)]).toEqual([400, ["non_field_errors"]]);
  expect(await traces()).toEqual(before);
});

test("Rows that staff creates in the console count, and are not refused.", async () => {
  const [owner, operator] = await Promise.all([newPerson("owner"), newPerson("operator")]);
  const settings = { QUOTA_VEHICLES: "1" };
  await carOf(owner);
  const entered = await post(
    "/api/admin/client-vehicles/",
    { ...carFacts(), owner: owner.id },
    { token: operator.token, settings },
  );
  expect(entered.status).toBe(201);
  const own = await post("/api/v1/vehicles/", carFacts(), { token: owner.token, settings });
  expect([own.status, Object.keys(own.body)]).toEqual([400, ["non_field_errors"]]);
});
