/** The matrix of webhooks: staff only. */
import { rows } from "../../harness/api.ts";
import { staffOnly, type Table } from "../world.ts";

const path = "/api/v1/webhooks";
const body = { url: "https://hooks.example.com/in", types: ["event.deleted"], is_active: false };

/** Inserts an endpoint that is switched off, so that nothing is sent to it; returns its path. */
async function endpoint(rest = ""): Promise<string> {
  const [made] = await rows<{ id: number }>(
    `INSERT INTO webhook_endpoints (url, types, is_active, position_seconds, secret, created_at, updated_at)
     VALUES ('https://hooks.example.com/in', '["order.created"]', 0, 60, 'x', 1, 1) RETURNING id`,
  );
  return `${path}/endpoints/${made?.id}/${rest}`;
}

export const webhooks: Table = {
  [`GET ${path}/types`]: { responses: staffOnly(200) },
  [`GET ${path}/endpoints`]: { responses: staffOnly(200) },
  [`POST ${path}/endpoints`]: {
    responses: staffOnly(201),
    ask: () => ({ body }),
  },
  [`GET ${path}/endpoints/:id`]: { responses: staffOnly(200), ask: async () => ({ path: await endpoint() }) },
  [`PATCH ${path}/endpoints/:id`]: {
    responses: staffOnly(200),
    ask: async () => ({ path: await endpoint(), body: { description: "ERP" } }),
  },
  [`DELETE ${path}/endpoints/:id`]: {
    responses: staffOnly(204),
    ask: async () => ({ path: await endpoint() }),
  },
  [`POST ${path}/endpoints/:id/rotate`]: {
    responses: staffOnly(200),
    ask: async () => ({ path: await endpoint("rotate/") }),
  },
  [`POST ${path}/endpoints/:id/test`]: {
    responses: staffOnly(409),
    ask: async () => ({ path: await endpoint("test/") }),
  },
  [`GET ${path}/endpoints/:id/deliveries`]: {
    responses: staffOnly(200),
    ask: async () => ({ path: await endpoint("deliveries/") }),
  },
  [`POST ${path}/endpoints/:id/replay`]: {
    responses: staffOnly(409),
    ask: async () => ({
      path: await endpoint("replay/"),
      body: { from: "2026-01-01T00:00Z", to: "2026-02-01T00:00Z" },
    }),
  },
  [`POST ${path}/deliveries/:id/replay`]: {
    responses: staffOnly(404),
    ask: () => ({ path: `${path}/deliveries/999999999/replay/` }),
  },
};
