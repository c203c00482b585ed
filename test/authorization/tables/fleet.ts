/** The matrix of the fleet: everybody reads tariffs and has vehicles; operators manage tariffs and trucks. */

import { carFacts, tariffFacts, truckFacts } from "../../dispatch/fleet/builders.ts";
import { post } from "../../harness/api.ts";
import { members, newPerson, type Person, type Statuses, type Table } from "../world.ts";

const operators = (status: number): Statuses => [401, 403, 403, 403, status, status];

async function tariffPath(): Promise<string> {
  const { token } = await newPerson("operator");
  const { body } = await post("/api/v1/vehicle-types/", tariffFacts(), { token });
  return `/api/v1/vehicle-types/${body.id}/`;
}

/** Creates a truck and returns its path. */
export async function truckPath(): Promise<string> {
  const { token } = await newPerson("operator");
  const { body } = await post("/api/v1/tow-trucks/", truckFacts(), { token });
  return `/api/v1/tow-trucks/${body.id}/`;
}

/** For the owner, operators and staff. */
const ownCar = (status: number): Statuses => [401, 404, status, 404, status, status];

async function carPath({ token }: Person): Promise<string> {
  const { body } = await post("/api/v1/vehicles/", carFacts(), { token });
  return `/api/v1/vehicles/${body.id}/`;
}

const place = { latitude: 55.75, longitude: 37.61 };

export const fleet: Table = {
  "GET /api/v1/vehicle-types": { responses: members(200) },
  "GET /api/v1/vehicle-types/:id": {
    responses: members(200),
    ask: async () => ({ path: await tariffPath() }),
  },
  "POST /api/v1/vehicle-types": { responses: operators(201), ask: () => ({ body: tariffFacts() }) },
  "PUT /api/v1/vehicle-types/:id": {
    responses: operators(200),
    ask: async () => ({ path: await tariffPath(), body: tariffFacts() }),
  },
  "PATCH /api/v1/vehicle-types/:id": {
    responses: operators(200),
    ask: async () => ({ path: await tariffPath(), body: { base_price: 1 } }),
  },
  "DELETE /api/v1/vehicle-types/:id": {
    responses: operators(204),
    ask: async () => ({ path: await tariffPath() }),
  },
  "GET /api/v1/tow-trucks": { responses: members(200) },
  "GET /api/v1/tow-trucks/:id": {
    responses: [401, 404, 404, 404, 200, 200],
    ask: async () => ({ path: await truckPath() }),
  },
  "GET /api/v1/tow-trucks/:id/track": {
    responses: operators(200),
    ask: async () => ({ path: `${await truckPath()}track/` }),
  },
  "POST /api/v1/tow-trucks": { responses: operators(201), ask: () => ({ body: truckFacts() }) },
  "PUT /api/v1/tow-trucks/:id": {
    responses: operators(200),
    ask: async () => ({ path: await truckPath(), body: truckFacts() }),
  },
  "PATCH /api/v1/tow-trucks/:id": {
    responses: operators(200),
    ask: async () => ({ path: await truckPath(), body: { status: "AVAILABLE" } }),
  },
  "DELETE /api/v1/tow-trucks/:id": {
    responses: operators(204),
    ask: async () => ({ path: await truckPath() }),
  },
  "GET /api/v1/vehicles": { responses: members(200) },
  "POST /api/v1/vehicles": { responses: members(201), ask: () => ({ body: carFacts() }) },
  "GET /api/v1/vehicles/:id": {
    responses: ownCar(200),
    ask: async (owner) => ({ path: await carPath(owner) }),
  },
  "PUT /api/v1/vehicles/:id": {
    responses: ownCar(200),
    ask: async (owner) => ({ path: await carPath(owner), body: carFacts() }),
  },
  "PATCH /api/v1/vehicles/:id": {
    responses: ownCar(200),
    ask: async (owner) => ({ path: await carPath(owner), body: { color: "red" } }),
  },
  "DELETE /api/v1/vehicles/:id": {
    responses: ownCar(204),
    ask: async (owner) => ({ path: await carPath(owner) }),
  },
  "POST /api/v1/weather": { responses: members(200), ask: () => ({ body: place }) },
  "POST /api/v1/pricing/estimate": {
    responses: members(200),
    async ask() {
      const id = Number((await tariffPath()).split("/").at(-2));
      return { body: { ...place, vehicle_type: id, distance_km: 1 } };
    },
  },
};
