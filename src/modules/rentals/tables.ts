/** Cars for rent. Most fields are free text by the owner. */
import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { users } from "../identity/tables.ts";

export const carPosts = sqliteTable(
  "car_posts",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    userId: integer("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    createdAt: integer("created_at").notNull(),
    carName: text("car_name").notNull(),
    model: text("model").notNull(),
    version: text("version"),
    year: text("year").notNull(),
    engine: text("engine").notNull(),
    fuel: text("fuel").notNull(),
    body: text("body").notNull(),
    transmission: text("transmission").notNull(),
    gearNumber: text("gear_number").notNull(),
    color: text("color").notNull(),
    seatNumber: text("seat_number").notNull(),
    doorNumber: text("door_number"),
    /** Spelled as on the wire. */
    milleage: text("milleage").notNull(),
    power: text("power").notNull(),
    mpg: text("mpg"),
    description: text("description"),
    emissionStandard: text("emission_standard").notNull(),
    location: text("location"),
    contact: text("contact"),
    price: text("price").notNull(),
    /** The number in the price, for filters and order; null when there is none. */
    priceValue: integer("price_value"),
    /** Name, model, location and description, case-folded, for searches. */
    searchKey: text("search_key").notNull(),
    /** Fuel, transmission and location, case-folded, for exact filters. */
    fuelKey: text("fuel_key").notNull(),
    transmissionKey: text("transmission_key").notNull(),
    locationKey: text("location_key").notNull(),
  },
  (table) => [
    index("car_posts_user").on(table.userId),
    index("car_posts_price").on(table.priceValue),
    index("car_posts_created").on(table.createdAt),
    index("car_posts_name").on(table.carName),
    index("car_posts_fuel").on(table.fuelKey),
    index("car_posts_transmission").on(table.transmissionKey),
  ],
);
