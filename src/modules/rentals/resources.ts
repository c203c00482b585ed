/** Console resource for car posts. */
import { sql } from "drizzle-orm";
import { string } from "../../platform/http/input/fields.ts";
import { text } from "../../platform/http/text.ts";
import { idInput } from "../../platform/resources/inputs.ts";
import { ALL, type Field, field, NOTHING, resource } from "../../platform/resources/resource.ts";
import { dropFiles, fileField } from "../files/index.ts";
import { aboutPeople } from "../identity/index.ts";
import { keysOf } from "./commands.ts";
import { carPosts } from "./tables.ts";

const short = string({ max: 255 });
const long = string({ max: 4000 });
const rest = { input: string({ max: 4000, blank: true }).nullable().optional(), list: false };
const shown = { input: short };
const aside = { input: long, list: false };

const facts = {
  car_name: field.text(carPosts.carName, text("Car", "Автомобиль"), shown),
  model: field.text(carPosts.model, text("Model", "Модель"), shown),
  car_version: field.text(carPosts.version, text("Version", "Версия"), rest),
  year: field.text(carPosts.year, text("Year", "Год"), shown),
  engine: field.text(carPosts.engine, text("Engine", "Двигатель"), shown),
  fuel: field.text(carPosts.fuel, text("Fuel", "Топливо"), shown),
  body: field.text(carPosts.body, text("Body", "Кузов"), { ...shown, list: false }),
  transmission: field.text(carPosts.transmission, text("Transmission", "Коробка передач"), shown),
  gear_number: field.text(carPosts.gearNumber, text("Gears", "Передач"), aside),
  color: field.text(carPosts.color, text("Colour", "Цвет"), shown),
  seat_number: field.text(carPosts.seatNumber, text("Seats", "Мест"), aside),
  door_number: field.text(carPosts.doorNumber, text("Doors", "Дверей"), rest),
  milleage: field.text(carPosts.milleage, text("Mileage", "Пробег"), aside),
  power: field.text(carPosts.power, text("Power", "Мощность"), aside),
  mpg: field.text(carPosts.mpg, text("Consumption", "Расход"), rest),
  description: field.text(carPosts.description, text("Description", "Описание"), rest),
  emission_standard: field.text(carPosts.emissionStandard, text("Emissions", "Экокласс"), {
    ...shown,
    list: false,
  }),
  location: field.text(carPosts.location, text("Place", "Место"), { ...rest, list: true }),
  contact: field.text(carPosts.contact, text("Contact", "Контакт"), rest),
  price: field.text(carPosts.price, text("Price", "Цена"), { input: long }),
} satisfies Record<string, Field>;

const postResource = resource({
  name: "car-posts",
  subject: "car_post",
  label: text("Cars for rent", "Автомобили в аренду"),
  group: "driving",
  table: carPosts,
  key: [carPosts.id],
  title: "car_name",
  fields: {
    image: fileField(text("Picture", "Фото"), {
      purpose: "car_image",
      id: sql`car_posts.id`,
      owner: "user",
    }),
    user: field.reference("users", carPosts.userId, text("Owner", "Владелец"), {
      input: idInput(),
      once: true,
    }),
    ...facts,
    created_at: field.instant(carPosts.createdAt, text("Posted", "Размещено")),
  },
  search: [
    carPosts.carName,
    carPosts.model,
    carPosts.location,
    carPosts.description,
    aboutPeople(sql`(SELECT email FROM users WHERE id = car_posts.user_id)`),
  ],
  filters: ["user", "fuel", "transmission", "location", "year", "created_at"],
  sort: { field: "id", order: "desc" },
  rights: { operator: NOTHING, staff: ALL },
  consequences: async (_, { before, values }) => {
    const { price, fuel, transmission, location, description, model, car_name } = {
      ...before?.row,
      ...values,
    };
    const named = { price, fuel, transmission, location, description, model, carName: car_name };
    return { set: keysOf(named as Parameters<typeof keysOf>[0]) };
  },
  removal: async (ctx, { id }) => ({ rest: [dropFiles(ctx, "car_image", [Number(id)])] }),
});

export const rentalResources = [postResource];
