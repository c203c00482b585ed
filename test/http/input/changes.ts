/** For every PATCH and PUT of the documents: something to change, and fields to change in requests of their own. A new such route needs a line here. */
import { distanceBetween } from "../../../src/platform/geo.ts";
import { mint, type Person, type Role } from "../../authorization/world.ts";
import { carFacts, plate, tariffFacts, truckFacts } from "../../dispatch/fleet/builders.ts";
import { at, carOf, newOrder, ORDERS, tariffRow } from "../../dispatch/scene.ts";
import { type CallOptions, get, post, rows, unique } from "../../harness/api.ts";
import { reportOf, taskRow } from "../../tracking/fixtures.ts";

type Fields = Record<string, unknown>;

export interface SplitChange {
  /** Whose request it is; the owner's unless said. */
  readonly by?: Role;
  /** Makes what is changed; answers its path. */
  make(owner: Person, caller: Person): Promise<string>;
  /** Values that the thing does not have yet. Each goes in a request of its own. */
  fields(owner: Person): Fields | Promise<Fields>;
  /** What a PUT wants beside the field. */
  base?(): Fields;
  /** The body of the request, where it is not an object of the fields. */
  body?(field: Fields, path: string): unknown;
  readonly headers?: Record<string, string>;
  /** What is read afterwards; the path itself unless said. */
  readonly seen?: (path: string, caller: Person) => Promise<unknown>;
  /** What is seen then; the fields unless said. */
  readonly shown?: (fields: Fields) => unknown;
  /** What the module derives from the fields still agrees with them. */
  readonly derived?: (path: string, caller: Person) => Promise<void>;
}

/** `single`: the body has one field, so nothing can be split. `whole`: it replaces everything at once. */
export type Change = SplitChange | "single" | "whole";

const idIn = (path: string) => path.split("/").findLast((part) => part !== "") ?? "";
const read = (path: string, { token }: Person, options: CallOptions = {}) =>
  get(path, { token, ...options }).then(({ body }) => body);
const made = async (path: string, body: unknown, { token }: Pick<Person, "token">) => {
  const { status, body: answer } = await post(path, body, { token });
  if (status >= 300) throw new Error(`${path}: ${status} ${JSON.stringify(answer)}`);
  return answer;
};
const address = () => `${unique("split")}@example.com`;

const takings = { app_income: "500.00", commission: "10.00", expenses: "20.00" };

function equals(found: unknown, expected: unknown, about: string) {
  if (JSON.stringify(found) !== JSON.stringify(expected))
    throw new Error(`${about}: ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`);
}

const entry = (path: string): SplitChange => ({
  make: async (owner) =>
    path.replace(":id", String((await made("/api/v1/calculator/", { app_income: "1.00" }, owner)).id)),
  fields: () => takings,
  seen: async (place, caller) =>
    (await read("/api/v1/calculator/", caller)).results.find(
      (row: { id: number }) => String(row.id) === idIn(place),
    ),
  // 500 − 10 % − 20.
  shown: (fields) => ({ ...fields, earnings: "430.00" }),
});

const car = {
  car_name: "Astra",
  model: "Opel",
  year: "2015",
  engine: "1.6",
  fuel: "diesel",
  body: "wagon",
  transmission: "manual",
  gear_number: "6",
  color: "blue",
  seat_number: "5",
  milleage: "100000",
  power: "110",
  emission_standard: "5",
  price: "1000",
};

const carPost = (path: string): SplitChange => ({
  make: async (owner) => path.replace(":id", String((await made("/api/v1/carposts/", car, owner)).id)),
  fields: () => ({
    car_name: "ДЭУ",
    model: "Nexia",
    location: "Тула",
    description: "Быстрая",
    price: "1 200,50 €",
    fuel: "LPG",
    transmission: "Auto",
    color: "red",
  }),
  seen: (place, caller) => read(`/api/v1/carposts/${idIn(place)}/`, caller),
  async derived(place) {
    const [keys] = await rows(
      `SELECT search_key, price_value, fuel_key, transmission_key, location_key FROM car_posts WHERE id = ?`,
      idIn(place),
    );
    equals(
      keys,
      {
        search_key: "дэу nexia тула быстрая",
        price_value: 120050,
        fuel_key: "lpg",
        transmission_key: "auto",
        location_key: "тула",
      },
      "the keys of searches",
    );
  },
});

const paper = (path: string): SplitChange => ({
  make: async (owner) =>
    path.replace(":id", String((await made(`/api/v1/documents/`, { name: "A" }, owner)).id)),
  fields: () => ({ name: "Licence", kind: "B", description: "Front side", expiration_date: "2031-05-01" }),
});

const vehicle: SplitChange = {
  make: async (owner) => `/api/v1/vehicles/${(await made("/api/v1/vehicles/", carFacts(), owner)).id}/`,
  fields: () => ({
    nickname: "Red",
    make: "Lada",
    model: "Niva",
    year: 2001,
    color: "red",
    license_plate: plate(),
    notes: "-",
  }),
};

const tariff: SplitChange = {
  by: "operator",
  make: async (_, by) =>
    `/api/v1/vehicle-types/${(await made("/api/v1/vehicle-types/", tariffFacts(), by)).id}/`,
  fields: () => ({
    name: unique("Тариф"),
    description: "?",
    max_weight: 7.5,
    base_price: "9.00",
    per_km_rate: "8.00",
  }),
};

const truck: SplitChange = {
  by: "operator",
  make: async (_, by) => `/api/v1/tow-trucks/${(await made("/api/v1/tow-trucks/", truckFacts(), by)).id}/`,
  fields: async () => ({
    license_plate: plate(),
    model: "МАЗ",
    capacity: 9,
    status: "MAINTENANCE",
    vehicle_types: [await tariffRow()],
    driver: (await mint("driver")).id,
  }),
  shown: ({ vehicle_types: types, driver, ...rest }) => ({
    ...rest,
    vehicle_types: (types as number[]).map((id) => ({ id })),
    driver: { id: driver },
  }),
};

const ticket: SplitChange = {
  by: "operator",
  make: async (owner) =>
    `/api/v1/support/tickets/${(await made("/api/v1/support/tickets/", { subject: "A", description: "B" }, owner)).id}/`,
  fields: async () => ({
    status: "RESOLVED",
    priority: "URGENT",
    assigned_to: (await mint("operator")).id,
  }),
  shown: ({ assigned_to: id, ...rest }) => ({ ...rest, assigned_to: { id } }),
};

const task = (prefix: string): SplitChange => ({
  by: "staff",
  make: async () => `${prefix}/tasks/${await taskRow()}/`,
  fields: () => ({
    title: unique("Other"),
    description: "Look.",
    location: { latitude: 1, longitude: 2 },
    status: "in_progress",
    radius: 70,
  }),
});

const report = (prefix: string): SplitChange => ({
  make: async (owner) => `${prefix}/location-reports/${await reportOf(owner)}/`,
  fields: () => ({ location: { latitude: 1.5, longitude: 2.5 }, accuracy: 7, speed: 8, heading: 9 }),
  async derived(path) {
    const [row] = await rows(
      `SELECT r.cell = l.cell AS cell, l.latitude FROM location_reports r JOIN latest_locations l ON l.report_id = r.id
       WHERE r.id = ?`,
      idIn(path),
    );
    equals(row, { cell: 1, latitude: 1.5 }, "the latest place");
  },
});

const eventDetails: SplitChange = {
  make: async (owner) => {
    const facts = { name: "Поход", description: "В горы", event_type: "Туризм", start_date: "2031-05-01" };
    return `/api/v1/events/${(await made("/api/v1/events/", facts, owner)).id}/`;
  },
  fields: () => ({
    name: "Сплав",
    description: "По реке",
    event_type: "Спорт",
    event_price: "10.50",
    min_age: 18,
    max_age: 60,
    min_count_members: 1,
    max_count_members: 9,
    address: "Пристань",
    city: 980,
  }),
};

const alphaEvent: SplitChange = {
  async make(owner) {
    const [starting_time, end_time] = ["2031-01-01T10:00Z", "2031-01-01T20:00Z"];
    const draft = { name: "Ride", starting_time, end_time, location: "Bridge", participants: [] };
    return `/api/event/${(await made("/api/events/", draft, owner)).id}/`;
  },
  fields: async () => ({
    name: "Walk",
    starting_time: "2031-01-01T11:00:00.000Z",
    end_time: "2031-01-01T19:00:00.000Z",
    location: "Tower",
    participants: [(await mint("stranger")).username],
  }),
  seen: async (path, caller) => (await read(`/api/event/${idIn(path)}/`, caller)).event,
};

/** An order of the owner's. */
async function orderOf(owner: Person): Promise<string> {
  const order = newOrder({ vehicle: await carOf(owner), tariff: await tariffRow() });
  return at((await made(ORDERS, order, owner)).id);
}

/** Its way and its tariff decide the estimate together. */
const order: SplitChange = {
  by: "operator",
  make: orderOf,
  fields: async () => ({
    description: "Быстрее",
    priority: "URGENT",
    pickup_address: "Здесь",
    delivery_address: "Там",
    pickup_latitude: 55.1,
    delivery_longitude: 37.9,
    vehicle_type: await tariffRow(10_000),
    scheduled_time: "2031-05-01T10:00:00.000Z",
  }),
  async derived(path) {
    const [found] = await rows<OrderRow>("SELECT * FROM orders WHERE id = ?", idIn(path));
    if (!found) throw new Error("there is no order");
    // 100.00 a kilometre, the weather's share aside: the estimate is that of this way, not of another.
    const from = { latitude: found.pickup_latitude, longitude: found.pickup_longitude };
    const to = { latitude: found.delivery_latitude, longitude: found.delivery_longitude };
    const kilometres = Math.round(distanceBetween(from, to) / 10) / 100;
    const share = found.estimated_price / (250_000 + 10_000 * kilometres);
    if (share < 0.99 || share > 1.36)
      throw new Error(`the estimate ${found.estimated_price} is of another way`);
  },
};

interface OrderRow {
  readonly pickup_latitude: number;
  readonly pickup_longitude: number;
  readonly delivery_latitude: number;
  readonly delivery_longitude: number;
  readonly estimated_price: number;
}

const orderStatus: SplitChange = {
  by: "operator",
  make: async (owner) => `${await orderOf(owner)}update-status/`,
  fields: () => ({ status: "CONFIRMED", final_price: "77.00", scheduled_time: "2031-05-01T10:00:00.000Z" }),
  seen: (path, caller) => read(path.replace("update-status/", ""), caller),
};

/** Somebody's account at one door. `names`: what the door calls first and last name, where it has both. */
const account = (path: string, fields: () => Fields, rest: Partial<SplitChange> = {}): SplitChange => ({
  make: async () => path,
  fields,
  ...rest,
});

const names = () => ({ first_name: "Анна", last_name: "Ким" });
const profile = (path: (owner: Person) => string): SplitChange => ({
  make: async (owner) => path(owner),
  fields: () => ({
    ...names(),
    email: address(),
    birthday: "1990-05-17",
    sex: "Ж",
    city: "Тула",
    profession: "врач",
    purpose: "дружба",
    additionally: "да",
    is_geoip_allowed: true,
    interests: [{ name: "Йога" }],
  }),
});
/** A PUT wants names and address; they stay what they are, so that only one field changes. */
const wholeProfile = (path: (owner: Person) => string): SplitChange => {
  const person = { ...names(), email: "" };
  return {
    make: async (owner) => {
      person.email = `${owner.username}@example.com`;
      return path(owner);
    },
    async fields(owner) {
      return { ...(await profile(path).fields(owner)), ...person };
    },
    base: () => ({ ...person }),
  };
};

const PASSWORD = "securepassword123";

/** Rideshare's one name is two columns. */
const driver = (path: string, seenAt = path): SplitChange =>
  account(path, () => ({ name: "Anna Kim", email: address(), password: PASSWORD }), {
    seen: (_, caller) => read(seenAt, caller),
    shown: ({ password: _, ...rest }) => rest,
    // No other field writes the former password back.
    async derived(_, { username }) {
      await made("/api/token/", { username, password: PASSWORD }, { token: "" });
    },
  });
const settings = (path: string): SplitChange =>
  account(path, () => ({ name: "Anna Kim", email: address(), locale: "ru", mail_reminders: false }));

const accountNames = () => ({ username: unique("split"), email: address(), ...names() });

const consoleRow: SplitChange = {
  by: "staff",
  make: async () => `/api/admin/vehicle-types/${await tariffRow()}/`,
  fields: () => ({ name: unique("Тариф"), description: "?", max_weight: 7.5, base_price: "9.00" }),
  headers: { "If-Match": "*" },
};

const rest = (prefix: string): Record<string, Change> => ({
  [`patch ${prefix}/calculator/{id}/`]: entry(`${prefix}/calculator/:id/`),
  [`put ${prefix}/carposts/{id}/`]: carPost(`${prefix}/carposts/:id/`),
  [`patch ${prefix}/carposts/{id}/`]: carPost(`${prefix}/carposts/:id/`),
  [`put ${prefix}/documents/{id}/`]: paper(`${prefix}/documents/:id/`),
  [`patch ${prefix}/documents/{id}/`]: paper(`${prefix}/documents/:id/`),
  [`put ${prefix}/location-reports/{id}/`]: {
    ...report(prefix),
    base: () => ({ location: { latitude: 1.5, longitude: 2.5 } }),
  },
  [`patch ${prefix}/location-reports/{id}/`]: report(prefix),
  [`put ${prefix}/tasks/{id}/`]: "whole",
  [`patch ${prefix}/tasks/{id}/`]: task(prefix),
  [`patch ${prefix}/tasks/{id}/update_status/`]: "single",
});

const USERS = "/api/v1/users";

/** Method and path as the documents have them. */
export const changes: Readonly<Record<string, Change>> = {
  ...rest("/api/v1"),
  ...rest("/api"),
  "patch /api/update-calculator-entry/{id}/": entry("/api/update-calculator-entry/:id"),
  "put /api/update-ridepost/{id}/": carPost("/api/update-ridepost/:id"),
  "put /api/v1/auth/profile/": account("/api/v1/auth/profile/", accountNames),
  "patch /api/v1/auth/profile/": account("/api/v1/auth/profile/", accountNames),
  "put /api/auth/user/": account("/api/auth/user/", accountNames),
  "patch /api/auth/user/": account("/api/auth/user/", accountNames),
  "put /api/user/{id}/": {
    make: async ({ id }) => `/api/user/${id}/`,
    fields: () => ({ username: unique("split"), email: address() }),
    seen: async (path, caller) => (await read(path, caller)).user,
  },
  "put /api/user/": driver("/api/user"),
  "put /api/user-update/": driver("/api/user-update", "/api/user"),
  "put /api/settings/": settings("/api/settings/"),
  "put /api/v1/settings/": settings("/api/v1/settings/"),
  [`put ${USERS}/me/`]: wholeProfile(() => `${USERS}/me/`),
  [`patch ${USERS}/me/`]: profile(() => `${USERS}/me/`),
  [`put ${USERS}/{id}/`]: wholeProfile(({ id }) => `${USERS}/${id}/`),
  [`patch ${USERS}/{id}/`]: profile(({ id }) => `${USERS}/${id}/`),
  [`put ${USERS}/me/geolocation/`]: "whole",
  "patch /api/v1/notification/notification_settings/": "single",
  "put /api/v1/notification/{id}/": "single",
  "patch /api/v1/notification/{id}/": "single",
  "put /api/v1/support/tickets/{id}/": { ...ticket, base: () => ({ status: "RESOLVED" }) },
  "patch /api/v1/support/tickets/{id}/": ticket,
  "put /api/v1/vehicle-types/{id}/": "whole",
  "patch /api/v1/vehicle-types/{id}/": tariff,
  "put /api/v1/tow-trucks/{id}/": "whole",
  "patch /api/v1/tow-trucks/{id}/": truck,
  "put /api/v1/vehicles/{id}/": "whole",
  "patch /api/v1/vehicles/{id}/": vehicle,
  "put /api/v1/orders/{uuid}/": "whole",
  "patch /api/v1/orders/{uuid}/": order,
  "put /api/v1/orders/{uuid}/update-status/": orderStatus,
  "patch /api/v1/orders/{uuid}/update-status/": orderStatus,
  "patch /api/v1/orders/{uuid}/payments/{id}/": "single",
  "put /api/v1/events/{id}/": "whole",
  "patch /api/v1/events/{id}/": eventDetails,
  "put /api/event/{id}/": alphaEvent,
  "put /api/batch_events/": {
    ...alphaEvent,
    make: async (owner, caller) => `/api/batch_events/?${idIn(await alphaEvent.make(owner, caller))}`,
    body: (field, path) => [{ id: path.split("?")[1], ...field }],
    seen: async (path, caller) => (await read(`/api/event/${path.split("?")[1]}/`, caller)).event,
  },
  "patch /api/admin/{resource}/{id}/": consoleRow,
};
