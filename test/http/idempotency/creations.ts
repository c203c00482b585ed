/** A body for every route that creates, and how to count what it created. A new such route needs a line here. */
import { friendCreations } from "../../dialects/find-friend/creations.ts";
import { orderCreations } from "../../dialects/tow-truck/creations.ts";
import { carFacts, tariffFacts, truckFacts } from "../../dispatch/fleet/builders.ts";
import { type Person, rows, unique, uniquePhone } from "../../harness/api.ts";
import { fileForm, TICKETS, ticketOf } from "../../support/tickets.ts";
import { trackingCreations } from "../../tracking/fixtures.ts";

export interface Creation {
  /** By whom: anybody with an account, or one with an operator's or staff's rights. */
  readonly signedIn?: true | "operator" | "staff";
  /** Where its path names something of the caller's. */
  readonly path?: (who: Person) => Promise<string>;
  /** A body that nobody has sent before. */
  body(): object;
  /** The same request with something else in it. */
  other(body: object): object;
  /** How many rows this body has made. */
  made(body: object): Promise<number>;
  /** Who gets a letter. */
  readonly mailTo?: (body: object) => string;
}

type Fields = Record<string, string>;

function account(fields: () => Fields, key = "email"): Creation {
  return {
    body: fields,
    other: (body) => ({ ...body, [key]: `other-${(body as Fields)[key]}` }),
    made: async (body) => (await rows("SELECT id FROM users WHERE email = ?", (body as Fields).email)).length,
    mailTo: (body) => (body as Fields).email ?? "",
  };
}

const address = () => `${unique("maker")}@example.com`;
const password = "securepassword123";

function draft() {
  return {
    name: unique("Ride"),
    starting_time: "2031-01-01T10:00Z",
    end_time: "2031-01-01T11:00Z",
    location: "Bridge",
  };
}

/** A thing of the caller's with a name in one column. */
function named(table: string, column: string, field: string, body: () => object): Creation {
  return {
    signedIn: true,
    body,
    other: (made) => ({ ...made, [field]: unique("other") }),
    made: async (made) =>
      (await rows(`SELECT id FROM ${table} WHERE ${column} = ?`, (made as Fields)[field])).length,
  };
}

const carPost = named("car_posts", "car_name", "car_name", () => ({
  car_name: unique("Dacia"),
  model: "Logan",
  year: "2019",
  engine: "1.0",
  fuel: "petrol",
  body: "sedan",
  transmission: "manual",
  gear_number: "5",
  color: "white",
  seat_number: "5",
  milleage: "90000",
  power: "73",
  emission_standard: "Euro 6",
  price: "900",
}));

const document = named("documents", "name", "name", () => ({ name: unique("Licence") }));

const calculation: Creation = {
  signedIn: true,
  body: () => ({ app_income: `${Math.floor(Math.random() * 9e5) + 1e5}.17`, expenses: "10.00" }),
  other: (body) => ({ ...body, expenses: "11.00" }),
  made: async (body) => {
    const hundredths = Math.round(Number((body as Fields).app_income) * 100);
    return (await rows("SELECT id FROM calculator_entries WHERE app_income = ?", hundredths)).length;
  },
};

const eventsNamed = async (name: string) => (await rows("SELECT id FROM events WHERE name = ?", name)).length;

const byOperator = (creation: Creation): Creation => ({ ...creation, signedIn: "operator" });

/** Events of other people, for requests to take part. */
const free = await rows<{ id: number }>(
  `INSERT INTO events (uuid, name, starts_at, created_at, updated_at)
   SELECT hex(randomblob(16)), 'free', 1956520800000, 0, 0 FROM json_each('[${"0,".repeat(99)}0]') RETURNING id`,
);
const freeEvent = () => ({ event: free.pop()?.id ?? 0 });

/** Method and path of a route → its creation. */
export const creations: Readonly<Record<string, Creation>> = {
  "post /api/v1/auth/register": account(() => ({
    phone: uniquePhone(),
    email: address(),
    password,
    password_confirm: password,
    first_name: "Ann",
    last_name: "Smith",
    user_type: "CLIENT",
  })),
  "post /api/v1/users": account(() => ({
    email: address(),
    password,
    first_name: "Анна",
    last_name: "Смирнова",
  })),
  "post /api/auth/registration": account(() => ({
    username: unique("racer"),
    email: address(),
    password1: password,
    password2: password,
  })),
  "post /api/auth/signup": account(() => ({ username: unique("alpha"), email: address(), password })),
  "post /api/register": account(() => ({ name: "Ann Smith", email: address(), password })),
  "post /api/auth/register": account(() => ({ name: "Ann Smith", email: address(), password })),
  "post /api/events": {
    signedIn: true,
    body: draft,
    other: (body) => ({ ...body, location: "Tower" }),
    made: (body) => eventsNamed((body as Fields).name ?? ""),
  },
  "post /api/v1/auth/api-keys": named("api_keys", "name", "name", () => ({
    name: unique("Billing"),
    scopes: ["orders:read"],
    current_password: "verysecret",
  })),
  "post /api/v1/webhooks/endpoints": {
    signedIn: "staff",
    body: () => ({
      url: `https://${crypto.randomUUID()}.example.com/`,
      types: ["event.deleted"],
      is_active: false,
    }),
    other: (body) => ({ ...body, description: "other" }),
    made: async (body) =>
      (await rows("SELECT id FROM webhook_endpoints WHERE url = ?", (body as Fields).url)).length,
  },
  "post /api/v1/events": named("events", "name", "name", () => ({
    name: unique("Поход"),
    description: "В горы",
    event_type: "Туризм",
  })),
  "post /api/v1/participation": {
    signedIn: true,
    body: freeEvent,
    other: freeEvent,
    made: async (body) =>
      (await rows("SELECT id FROM participation_requests WHERE event_id = ?", (body as Fields).event)).length,
  },
  "post /api/batch_events": {
    signedIn: true,
    body: () => [draft()],
    other: (body) => [...(body as object[]), draft()],
    made: (body) => eventsNamed((body as Fields[])[0]?.name ?? ""),
  },
  "post /api/v1/vehicle-types": byOperator(named("vehicle_types", "name", "name", () => tariffFacts())),
  "post /api/v1/support/tickets": named("support_tickets", "subject", "subject", () => ({
    subject: unique("Help"),
    description: "It smokes.",
  })),
  "post /api/v1/support/tickets/:id/messages": {
    ...named("support_messages", "body", "body", () => ({ body: unique("Hello") })),
    path: async (who) => `${TICKETS}${await ticketOf(who)}/messages/`,
  },
  "post /api/v1/support/tickets/:id/files": {
    signedIn: true,
    path: async (who) => `${TICKETS}${await ticketOf(who)}/files/`,
    body: () => fileForm(),
    other: () => fileForm(),
    made: async (body) => {
      const { name } = (body as FormData).get("file") as File;
      return (await rows("SELECT id FROM files WHERE original_name = ?", name)).length;
    },
  },
  "post /api/v1/tow-trucks": byOperator(
    named("tow_trucks", "license_plate", "license_plate", () => truckFacts()),
  ),
  "post /api/v1/vehicles": named("client_vehicles", "license_plate", "license_plate", () => carFacts()),
  "post /api/v1/calculator": calculation,
  "post /api/calculator": calculation,
  "post /api/add-calculator-entry": calculation,
  "post /api/v1/carposts": carPost,
  "post /api/carposts": carPost,
  "post /api/add-carpost": carPost,
  "post /api/v1/documents": document,
  "post /api/documents": document,
  ...friendCreations,
  ...trackingCreations,
  "post /api/admin/:resource": {
    ...named("interests", "name", "name", () => ({ name: unique("Хоккей") })),
    signedIn: "staff",
    path: async () => "/api/admin/interests/",
  },
  "post /api/admin/:resource/export": {
    signedIn: "operator",
    body: () => ({ filter: { search: unique("Truck") } }),
    other: () => ({ filter: { search: unique("Other") } }),
    made: async (body) =>
      (
        await rows(
          "SELECT id FROM admin_jobs WHERE \"values\" ->> '$.wanted.search' = ?",
          (body as { filter: Fields }).filter.search,
        )
      ).length,
    path: async () => "/api/admin/tow-trucks/export/",
  },
  "post /api/admin/callers/orders": {
    signedIn: "operator",
    body: () => ({
      ...{ vehicle_type: 1, phone: uniquePhone(), make: "Lada", model: "Niva", license_plate: unique("P") },
      ...{
        pickup_latitude: 55.76,
        pickup_longitude: 37.61,
        delivery_latitude: 55.7,
        delivery_longitude: 37.5,
      },
      pickup_address: unique("Tverskaya "),
      delivery_address: "Arbat 1",
    }),
    other: (body) => ({ ...body, delivery_address: "Arbat 2" }),
    made: async (body) =>
      (await rows("SELECT id FROM orders WHERE pickup_address = ?", (body as Fields).pickup_address)).length,
  },
  ...orderCreations,
};
