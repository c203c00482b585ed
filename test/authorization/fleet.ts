/** The matrix of the fleet: everybody reads tariffs, operators keep them. */
import { post } from "../support/api.ts";
import { tariffFacts } from "../tow-truck/fleet.ts";
import { members, mint, type Statuses, type Table } from "./world.ts";

const operators = (status: number): Statuses => [401, 403, 403, 403, status, status];

async function tariffPath(): Promise<string> {
  const { token } = await mint("operator");
  const { body } = await post("/api/v1/vehicle-types/", tariffFacts(), { token });
  return `/api/v1/vehicle-types/${body.id}/`;
}

export const fleet: Table = {
  "GET /api/v1/vehicle-types": { answers: members(200) },
  "GET /api/v1/vehicle-types/:id": {
    answers: members(200),
    ask: async () => ({ path: await tariffPath() }),
  },
  "POST /api/v1/vehicle-types": { answers: operators(201), ask: () => ({ body: tariffFacts() }) },
  "PUT /api/v1/vehicle-types/:id": {
    answers: operators(200),
    ask: async () => ({ path: await tariffPath(), body: tariffFacts() }),
  },
  "PATCH /api/v1/vehicle-types/:id": {
    answers: operators(200),
    ask: async () => ({ path: await tariffPath(), body: { base_price: 1 } }),
  },
  "DELETE /api/v1/vehicle-types/:id": {
    answers: operators(204),
    ask: async () => ({ path: await tariffPath() }),
  },
};
