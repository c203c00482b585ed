/** Each field of each resource: fields that are not writable are refused by name, and secrets are in no answer. */
import { beforeAll, describe, expect, test } from "vitest";
import { catalogue } from "../../../src/modules/admin/catalogue.ts";
import type { ConsoleRole, Field } from "../../../src/platform/resources/resource.ts";
import { newPerson, type Person } from "../../authorization/world.ts";
import { get, patch, post, rows, unique } from "../../harness/api.ts";

const people = {} as Record<ConsoleRole, Person>;
beforeAll(async () => {
  for (const role of ["operator", "staff"] as const) people[role] = await newPerson(role);
});
const as = (role: ConsoleRole, headers: Record<string, string> = {}) => ({
  token: people[role].token,
  headers: { "accept-language": "en", ...headers },
});

const READ_ONLY = "This field is read-only.";
const isWritable = (field: Field | undefined, isNew: boolean) =>
  field?.input !== undefined && (isNew || !field.once);

const creatable = catalogue.flatMap((resource) =>
  (["operator", "staff"] as const)
    .filter((role) => resource.rights[role].includes("create"))
    .map((role) => ({ name: resource.name, role, resource })),
);

test.each(creatable)(
  "A new record of $name by $role takes no field that is not declared writable.",
  async (row) => {
    const names = ["id", "password_hash", ...Object.keys(row.resource.fields)];
    const body = Object.fromEntries(names.map((name) => [name, "x"]));
    const answer = await post(`/api/admin/${row.name}/`, body, as(row.role));
    const refused = names.filter((name) => !isWritable(row.resource.fields[name], true));
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual(Object.fromEntries(refused.map((name) => [name, [READ_ONLY]])));
  },
);

/** Places of things. A resource with people's places names the person, so that each read is audited. */
const THINGS = ["cities", "events", "orders", "tasks", "tow-trucks"];

test("A resource that shows people's places says whose they are.", () => {
  const unnamed = catalogue
    .filter(({ fields }) => Object.values(fields).some(({ type }) => type === "place"))
    .filter(({ placesOf, fields }) => placesOf === undefined || fields[placesOf]?.reference !== "users")
    .map(({ name }) => name);
  expect(unnamed.sort()).toEqual(THINGS);
});

/** One row of each kind that operators or staff may edit. */
const EDITABLE: Record<string, (owner: number) => Promise<string>> = {
  users: async (owner) => String(owner),
  "tow-trucks": () =>
    first(`INSERT INTO tow_trucks (license_plate, model, capacity, created_at, updated_at)
      VALUES ('${unique("P")}', 'MAN', 5, 1, 1) RETURNING id`),
  "vehicle-types": () =>
    first(`INSERT INTO vehicle_types (name, max_weight, base_price, created_at, updated_at)
      VALUES ('${unique("T")}', 5, 100, 1, 1) RETURNING id`),
  "client-vehicles": (owner) =>
    first(`INSERT INTO client_vehicles (id, owner_id, make, model, year, license_plate, created_at, updated_at)
      VALUES ('${crypto.randomUUID()}', ${owner}, 'Lada', 'Niva', 2001, '${unique("C")}', 1, 1) RETURNING id`),
  "support-tickets": (owner) =>
    first(`INSERT INTO support_tickets (id, author_id, subject, description, last_message_at, created_at, updated_at)
      VALUES ('${crypto.randomUUID()}', ${owner}, 'Help', 'Now', 1, 1, 1) RETURNING id`),
  "car-posts": (owner) =>
    first(`INSERT INTO car_posts (user_id, created_at, car_name, model, year, engine, fuel, body, transmission,
        gear_number, color, seat_number, milleage, power, emission_standard, price, search_key, fuel_key,
        transmission_key, location_key)
      VALUES (${owner}, 1, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', '', '', '', '') RETURNING id`),
  "calculator-entries": (owner) =>
    first(`INSERT INTO calculator_entries (user_id, published_at, app_income, earnings)
      VALUES (${owner}, 1, 100, 100) RETURNING id`),
  documents: (owner) =>
    first(`INSERT INTO documents (user_id, name, created_at) VALUES (${owner}, 'Licence', 1) RETURNING id`),
  tasks: () =>
    first(
      `INSERT INTO tasks (title, description, created_at, updated_at) VALUES ('a', 'b', 1, 1) RETURNING id`,
    ),
  events: (owner) =>
    first(`INSERT INTO events (uuid, creator_id, name, starts_at, created_at, updated_at)
      VALUES ('${crypto.randomUUID()}', ${owner}, 'a', 1, 1, 1) RETURNING id`),
};

async function first(query: string): Promise<string> {
  const [row] = await rows<{ id: string | number }>(query);
  return String(row?.id);
}

const editable = Object.keys(EDITABLE).flatMap((name) => {
  const resource = catalogue.find((each) => each.name === name);
  if (!resource) throw new Error(`there is no ${name}`);
  const roles = (["operator", "staff"] as const).filter((role) => resource.rights[role].includes("edit"));
  return roles.flatMap((role) =>
    Object.keys(resource.fields).map((field) => ({ name, role, field, resource })),
  );
});

test.each(editable)("The field $field of $name is writable by $role as declared.", async (row) => {
  const id = (await EDITABLE[row.name]?.((await newPerson("owner")).id)) ?? "";
  const path = `/api/admin/${row.name}/${id}/`;
  const { body: before } = await get(path, as(row.role));
  const answer = await patch(
    path,
    { [row.field]: before[row.field] ?? null },
    as(row.role, { "if-match": "*" }),
  );
  const words = answer.status === 400 ? answer.body[row.field] : null;
  expect(words?.[0] === READ_ONLY).toBe(!isWritable(row.resource.fields[row.field], false));
  const { body: after } = await get(path, as(row.role));
  expect(after).toEqual(before);
});

describe("a secret", () => {
  const SECRETS = /hash|token|secret_|start_code|refresh_count|username_key/i;

  test("No resource has a secret field.", () => {
    const named = catalogue.flatMap(({ name, fields }) =>
      Object.keys(fields).map((field) => `${name}.${field}`),
    );
    expect(named.filter((name) => SECRETS.test(name))).toEqual([]);
  });

  test("No response has a secret: no hash of a password or key, no code, no link that grants access.", async () => {
    const email = `${unique("secret")}@example.com`;
    const phone = `+7999${String(Math.floor(Math.random() * 1e7)).padStart(7, "0")}`;
    const account = {
      phone,
      email,
      password: "verysecret",
      password_confirm: "verysecret",
      user_type: "CLIENT",
    };
    await post("/api/v1/auth/register/", account);
    const word = { new_password: "anothersecret", new_password_confirm: "anothersecret" };
    await post("/api/v1/auth/password/reset/", { phone, ...word });
    await post("/api/auth/password/reset/", { email });
    // Only this account's codes: with everybody's six digits some would match by chance.
    const secrets = await rows<{ secret: string }>(
      `WITH who AS (SELECT * FROM users WHERE email = ?1)
      SELECT password_hash AS secret FROM who
      UNION SELECT secret_hash FROM codes WHERE user_id = (SELECT id FROM who)
      UNION SELECT payload -> 'data' ->> 'url' FROM outbox
        WHERE address = ?1 AND payload ->> 'secret' AND payload -> 'data' ->> 'url' > ''`,
      email,
    );
    expect(secrets.length).toBeGreaterThan(2);
    const [sms] = await rows<{ id: string; code: string }>(
      "SELECT id, payload ->> 'code' AS code FROM outbox WHERE kind = 'sms' AND address = ?",
      phone,
    );
    expect(sms?.code).toMatch(/^\d{6}$/);
    const message = await get(`/api/admin/outbox/${sms?.id}/`, as("staff"));
    expect(message.body.payload).toEqual({ masked: true });
    for (const role of ["operator", "staff"] as const)
      for (const { name, rights } of catalogue) {
        if (!rights[role].includes("read")) continue;
        const list = await get(`/api/admin/${name}/?per_page=100`, as(role));
        const ids = list.body.results.slice(0, 5).map(({ id }: { id: unknown }) => id);
        const each = await Promise.all(
          ids.map((id: unknown) => get(`/api/admin/${name}/${encodeURIComponent(String(id))}/`, as(role))),
        );
        const csv = await get(`/api/admin/${name}/export.csv`, as(role));
        const text = JSON.stringify([list.body, each.map(({ body }) => body), csv.body]);
        for (const { secret } of secrets)
          expect(text.includes(secret), `${role} reads it in ${name}`).toBe(false);
      }
    // It reads everything that the tests before it have left.
  }, 90_000);

  test("Secrets in an outbox row are masked for staff, and operators see no content.", async () => {
    const [row] = await rows<{ id: string }>("SELECT id FROM outbox WHERE payload ->> 'secret' LIMIT 1");
    const path = `/api/admin/outbox/${row?.id}/`;
    expect((await get(path, as("staff"))).body.payload).toEqual({ masked: true });
    expect((await get(path, as("operator"))).body).not.toHaveProperty("payload");
  });
});
