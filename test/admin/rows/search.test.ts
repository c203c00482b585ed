/** Searches of the console: phones in any spelling, licence plates whatever their spacing and alphabet, people by name. */
import { beforeAll, describe, expect, test } from "vitest";
import { catalogue } from "../../../src/modules/admin/catalogue.ts";
import { splitPhones } from "../../../src/modules/identity/index.ts";
import { plateKey } from "../../../src/platform/db/plates.ts";
import { newPerson, type Person } from "../../authorization/world.ts";
import { get, rows, unique } from "../../harness/api.ts";
import { anOrder, aTariff, aTruck } from "../orders/towing.ts";

let operator: Person;
let client: Person;
const digits = String(Math.floor(Math.random() * 1e7)).padStart(7, "1");
const [a, b, c] = [digits.slice(0, 3), digits.slice(3, 5), digits.slice(5, 7)];
const phone = `+7999${digits}`;
const number = digits.slice(0, 3);
const region = digits.slice(3, 6);
const plate = `А${number}КХ${region}`;
const truckPlate = `С ${digits.slice(4)} мх 1${b}`;
const orders: Record<"theirs" | "towed", string> = { theirs: "", towed: "" };
let truck = 0;
const car = crypto.randomUUID();

const found = async (resource: string, search: string) => {
  const query = new URLSearchParams({ search, per_page: "100" });
  const { status, body } = await get(`/api/admin/${resource}/?${query}`, { token: operator.token });
  expect(status, JSON.stringify(body)).toBe(200);
  return body.results.map(({ id }: { id: unknown }) => id);
};

beforeAll(async () => {
  operator = await newPerson("operator");
  client = await newPerson("owner");
  const other = await newPerson("stranger");
  await rows(
    "UPDATE users SET phone = ?, first_name = 'Мария', last_name = ? WHERE id = ?",
    phone,
    `Петрова${digits}`,
    client.id,
  );
  const tariff = await aTariff();
  truck = await aTruck({ tariff });
  await rows("UPDATE tow_trucks SET license_plate = ? WHERE id = ?", truckPlate, truck);
  await rows(
    `INSERT INTO client_vehicles (id, owner_id, make, model, year, license_plate, created_at, updated_at)
     VALUES (?, ?, 'Lada', 'Niva', 2020, ?, 1, 1)`,
    car,
    client.id,
    plate,
  );
  orders.theirs = await anOrder({ client: client.id, tariff });
  await rows("UPDATE orders SET vehicle_id = ? WHERE id = ?", car, orders.theirs);
  orders.towed = await anOrder({ client: other.id, tariff, truck, status: "ASSIGNED" });
});

describe("a phone", () => {
  const spellings = [
    phone,
    `8 (999) ${a}-${b}-${c}`,
    `8999${digits}`,
    `7 999 ${a} ${b} ${c}`,
    `999${digits}`,
    `+7 (999) ${a}–${b}–${c}`,
    `(999) ${a}.${b}.${c}`,
    `${a}-${b}-${c}`,
    `8 999 ${a}-${b}`,
    `мария 8-999-${a}-${b}-${c}`,
  ];

  test.each(spellings)("A person, their order, car and ticket are found by the phone %s.", async (typed) => {
    expect(await found("users", typed)).toContain(client.id);
    expect(await found("orders", typed)).toContain(orders.theirs);
    expect(await found("orders", typed)).not.toContain(orders.towed);
  });

  test("A complete phone that nobody has finds nobody, and a word beside a phone has to match too.", async () => {
    expect(await found("users", `8 (998) ${a}-${b}-${c}`)).toEqual([]);
    expect(await found("users", `${unique("Ольга")} 8 (999) ${a}-${b}-${c}`)).toEqual([]);
  });

  test("Each list takes phones and plates, and names the rows of the people who have the phone.", async () => {
    const staff = await newPerson("staff");
    for (const { name } of catalogue)
      for (const search of [`8 (997) ${a}-${b}-${c}`, "997-00-00", "я 997 яя 997"]) {
        const query = new URLSearchParams({ search });
        const answer = await get(`/api/admin/${name}/?${query}`, { token: staff.token });
        expect(answer.status, `${name}: ${JSON.stringify(answer.body)}`).toBe(200);
      }
    expect(await found("client-vehicles", `8 (999) ${a}-${b}-${c}`)).toEqual([car]);
  });
});

describe("a licence plate", () => {
  test.each([
    plate,
    plate.toLowerCase(),
    `а ${number} кх ${region}`,
    `A${number}KX${region}`,
    `a-${number}-kx ${region}`,
    `${number}кх`,
    `Lada ${number}kx${region}`,
  ])("A car and its order are found by the plate %s.", async (typed) => {
    expect(await found("client-vehicles", typed)).toContain(car);
    if (!typed.startsWith("Lada")) expect(await found("orders", typed)).toContain(orders.theirs);
    expect(await found("orders", typed)).not.toContain(orders.towed);
  });

  test("A truck and its order are found by the truck's plate in Latin letters without spaces.", async () => {
    const typed = `C${digits.slice(4)}MX1${b}`;
    expect(await found("tow-trucks", typed)).toEqual([truck]);
    expect(await found("orders", typed)).toEqual([orders.towed]);
  });
});

test("People are found by their name wherever a row is theirs, and titled by name and phone.", async () => {
  expect(await found("orders", `петрова${digits}`)).toEqual([orders.theirs]);
  expect(await found("client-vehicles", `Петрова${digits}`)).toEqual([car]);
  const title = async (id: number) =>
    (await get(`/api/admin/users/${id}/`, { token: operator.token })).body.name;
  expect(await title(client.id)).toBe(`Мария Петрова${digits} · +7 999 ${a}-${b}-${c}`);

  const set = (first: string, name: string, isGenerated: number, tel: string | null, email: string | null) =>
    rows(
      `UPDATE users SET first_name = ?, last_name = '', username = ?, username_key = ?, username_is_generated = ?, phone = ?, email = ? WHERE id = ?`,
      first,
      name,
      name,
      isGenerated,
      tel,
      email,
      client.id,
    );
  const name = unique("anna");
  await set("", name, 0, phone, null);
  expect(await title(client.id)).toBe(`${name} · +7 999 ${a}-${b}-${c}`);
  await set("", phone, 1, phone, null);
  expect(await title(client.id)).toBe(`+7 999 ${a}-${b}-${c}`);
  await set("Анна", phone, 1, null, null);
  expect(await title(client.id)).toBe("Анна");
  await set("", name, 1, null, `${name}@example.com`);
  expect(await title(client.id)).toBe(`${name}@example.com`);
  await set("", name, 1, null, null);
  expect(await title(client.id)).toBe(name);
});

test.each<[string, string[], string[]]>([
  ["8 (999) 123-45-67", [], ["8 (999) 123-45-67"]],
  ["Anna +7 999 1234567 Minsk", ["anna", "minsk"], ["+7 999 1234567 "]],
  ["a001kx199", ["a001kx199"], []],
  ["Ленина 12, 3", ["ленина", "12", "3"], []],
  ["45-67", [], ["45-67"]],
])("The search %s is split into words and phones.", (text, words, phones) => {
  const parts = splitPhones(text);
  expect(parts.words).toEqual(words);
  expect(parts.phones.map((each) => each.trim())).toEqual(phones.map((each) => each.trim()));
});

test("Each Cyrillic letter of a plate is the Latin one that looks the same.", () => {
  expect(plateKey("АВЕКМНОРСТУХ")).toBe("abekmhopctyx");
  expect(plateKey("о 123 оо–77")).toBe(plateKey("O123OO77"));
  expect(plateKey("Э001")).not.toBe(plateKey("3001"));
});
