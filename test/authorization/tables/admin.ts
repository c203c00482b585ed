/** The matrix of the console's API; what each role may do with each resource is in `test/admin/rights/matrix.test.ts`. */
import { anOrder } from "../../admin/orders/towing.ts";
import { rows, unique, uniquePhone } from "../../harness/api.ts";
import { picture } from "../../harness/pictures/pictures.ts";
import { type Person, type Row, type Statuses, staffOnly, type Table } from "../world.ts";

const operators = (status: number): Statuses => [401, 403, 403, 403, status, status];
const user = ({ id }: Person) => `/api/admin/users/${id}/`;

/** A change has to say which version it changes. */
const unversioned: Row = {
  responses: staffOnly(428),
  ask: (owner) => ({ path: user(owner), body: { is_staff: true } }),
};

const WAY = {
  pickup_latitude: 55.76,
  pickup_longitude: 37.61,
  delivery_latitude: 55.75,
  delivery_longitude: 37.59,
};

async function aTariff(): Promise<number> {
  const [made] = await rows<{ id: number }>(
    `INSERT INTO vehicle_types (name, max_weight, base_price, created_at, updated_at)
     VALUES (lower(hex(randomblob(8))), 1, 100, 1, 1) RETURNING id`,
  );
  return made?.id ?? 0;
}

export const admin: Table = {
  "GET /api/admin/resources": { responses: operators(200) },
  "GET /api/admin/dashboard": { responses: operators(200) },
  "GET /api/admin/map": { responses: operators(200) },
  "GET /api/admin/orders/:uuid/trucks": {
    responses: operators(200),
    ask: async ({ id }) => {
      const order = await anOrder({ client: id, tariff: await aTariff() });
      return { path: `/api/admin/orders/${order}/trucks/` };
    },
  },
  "GET /api/admin/callers": {
    responses: operators(200),
    ask: () => ({ path: "/api/admin/callers/?phone=89001234567" }),
  },
  "GET /api/admin/callers/places": {
    responses: operators(200),
    ask: () => ({ path: "/api/admin/callers/places/?q=Tverskaya" }),
  },
  "POST /api/admin/callers/estimate": {
    responses: operators(200),
    ask: async () => ({
      path: "/api/admin/callers/estimate/",
      body: { ...WAY, vehicle_type: await aTariff() },
    }),
  },
  "POST /api/admin/callers/orders": {
    responses: operators(201),
    ask: async () => ({
      path: "/api/admin/callers/orders/",
      body: {
        ...WAY,
        vehicle_type: await aTariff(),
        phone: uniquePhone(),
        pickup_address: "Tverskaya 1",
        delivery_address: "Arbat 1",
        ...{ make: "Lada", model: "Niva", license_plate: unique("P") },
      },
    }),
  },
  "GET /api/admin/outbox/:id/letter": {
    responses: operators(404),
    ask: () => ({ path: "/api/admin/outbox/nothing/letter/" }),
  },
  "GET /api/admin/rooms/health": { responses: staffOnly(200) },
  "GET /api/admin/:resource": { responses: operators(200), ask: () => ({ path: "/api/admin/users/" }) },
  "GET /api/admin/:resource/summary": {
    responses: operators(200),
    ask: () => ({ path: "/api/admin/orders/summary/" }),
  },
  "GET /api/admin/:resource/export.csv": {
    responses: operators(200),
    ask: () => ({ path: "/api/admin/tow-trucks/export.csv" }),
  },
  "POST /api/admin/:resource/export": {
    responses: operators(201),
    ask: () => ({ path: "/api/admin/tow-trucks/export/", body: {} }),
  },
  "GET /api/admin/:resource/:id": { responses: operators(200), ask: (owner) => ({ path: user(owner) }) },
  "POST /api/admin/:resource": {
    responses: staffOnly(201),
    ask: ({ username }) => ({ path: "/api/admin/interests/", body: { name: `${username} sings` } }),
  },
  "PATCH /api/admin/:resource/:id": unversioned,
  "DELETE /api/admin/:resource/:id": {
    responses: operators(204),
    ask: async () => ({ path: `/api/admin/vehicle-types/${await aTariff()}/` }),
  },
  "POST /api/admin/:resource/:id/actions/:action": {
    responses: staffOnly(204),
    ask: (owner) => ({ path: `${user(owner)}actions/end_sessions/` }),
  },
  "PUT /api/admin/:resource/:id/files/:field": {
    // A file has to say which one it replaces.
    responses: staffOnly(428),
    ask: (owner) => {
      const body = new FormData();
      body.append("file", new File([picture(100, "image/png")], "face.png", { type: "image/png" }));
      return { path: `${user(owner)}files/avatar/`, body };
    },
  },
  "DELETE /api/admin/:resource/:id/files/:field": {
    responses: staffOnly(428),
    ask: (owner) => ({ path: `${user(owner)}files/avatar/` }),
  },
  "POST /api/admin/:resource/bulk": {
    responses: staffOnly(200),
    ask: ({ id }) => ({
      path: "/api/admin/users/bulk/",
      body: { action: "change", values: { is_verified: true }, ids: [id] },
    }),
  },
};
