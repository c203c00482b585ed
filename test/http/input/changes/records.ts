/** Changes of calculator entries, car posts, documents, tickets, tasks, reports, events and console rows. */

import { newPerson } from "../../../authorization/world.ts";
import { tariffRow } from "../../../dispatch/scene.ts";
import { rows, unique } from "../../../harness/api.ts";
import { CAR_POST as car } from "../../../harness/car-post.ts";
import { reportOf, taskRow } from "../../../tracking/fixtures.ts";
import { equals, idIn, made, read, type SplitChange } from "./change.ts";

const takings = { app_income: "500.00", commission: "10.00", expenses: "20.00" };

/** A change of a calculator entry. */
export const entry = (path: string): SplitChange => ({
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

/** A change of a car post, which also updates its search keys. */
export const carPost = (path: string): SplitChange => ({
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

/** A change of a document. */
export const paper = (path: string): SplitChange => ({
  make: async (owner) =>
    path.replace(":id", String((await made(`/api/v1/documents/`, { name: "A" }, owner)).id)),
  fields: () => ({ name: "Licence", kind: "B", description: "Front side", expiration_date: "2031-05-01" }),
});

export const ticket: SplitChange = {
  by: "operator",
  make: async (owner) =>
    `/api/v1/support/tickets/${(await made("/api/v1/support/tickets/", { subject: "A", description: "B" }, owner)).id}/`,
  fields: async () => ({
    status: "RESOLVED",
    priority: "URGENT",
    assigned_to: (await newPerson("operator")).id,
  }),
  shown: ({ assigned_to: id, ...rest }) => ({ ...rest, assigned_to: { id } }),
};

/** A change of a task. */
export const task = (prefix: string): SplitChange => ({
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

/** A change of a location report, which also updates the latest place. */
export const report = (prefix: string): SplitChange => ({
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

export const eventDetails: SplitChange = {
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

export const alphaEvent: SplitChange = {
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
    participants: [(await newPerson("stranger")).username],
  }),
  seen: async (path, caller) => (await read(`/api/event/${idIn(path)}/`, caller)).event,
};

export const consoleRow: SplitChange = {
  by: "staff",
  make: async () => `/api/admin/vehicle-types/${await tariffRow()}/`,
  fields: () => ({ name: unique("Тариф"), description: "?", max_weight: 7.5, base_price: "9.00" }),
  headers: { "If-Match": "*" },
};

export const webhook: SplitChange = {
  by: "staff",
  make: async (_, by) => {
    const body = { url: "https://hooks.example.com/", types: ["event.deleted"], is_active: false };
    return `/api/v1/webhooks/endpoints/${(await made("/api/v1/webhooks/endpoints/", body, by)).id}/`;
  },
  fields: async () => ({
    url: `https://${crypto.randomUUID()}.example.com/`,
    types: ["ticket.created", "ticket.updated"],
    description: "ERP",
    position_seconds: 90,
    owner: (await newPerson("staff")).id,
  }),
};
