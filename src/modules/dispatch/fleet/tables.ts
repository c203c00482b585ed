/** Tariffs, trucks and clients' vehicles. Money is in minor units, weights in tonnes, places in degrees. */
import { sql } from "drizzle-orm";
import { check, index, integer, primaryKey, real, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { users } from "../../identity/tables.ts";
import { timestamps } from "../timestamps.ts";

export const TRUCK_STATES = ["AVAILABLE", "BUSY", "MAINTENANCE", "OFFLINE"] as const;

/** Tariffs. */
export const vehicleTypes = sqliteTable(
  "vehicle_types",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    name: text("name").notNull().unique(),
    description: text("description").notNull().default(""),
    /** Tonnes. */
    maxWeight: real("max_weight").notNull(),
    basePrice: integer("base_price").notNull(),
    perKmRate: integer("per_km_rate").notNull().default(0),
    ...timestamps(),
  },
  (table) => [check("vehicle_types_prices", sql`${table.basePrice} >= 0 AND ${table.perKmRate} >= 0`)],
);

export const towTrucks = sqliteTable(
  "tow_trucks",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    licensePlate: text("license_plate").notNull().unique(),
    model: text("model").notNull(),
    /** Tonnes. */
    capacity: real("capacity").notNull(),
    driverId: integer("driver_id").references(() => users.id, { onDelete: "set null" }),
    status: text("status", { enum: TRUCK_STATES }).notNull().default("OFFLINE"),
    /** When idleness made it OFFLINE, epoch ms: only such a truck becomes AVAILABLE by a position. Null: a person set the status. */
    idleAt: integer("idle_at"),
    latitude: real("latitude"),
    longitude: real("longitude"),
    /** H3 cell at resolution 7; null until the first position. */
    cell: text("cell"),
    /** Epoch ms of the last position; null until the first. */
    locatedAt: integer("located_at"),
    ...timestamps(),
  },
  (table) => [
    index("tow_trucks_driver").on(table.driverId),
    index("tow_trucks_status").on(table.status, table.licensePlate),
    index("tow_trucks_cell").on(table.cell),
    check("tow_trucks_latitude", sql`${table.latitude} BETWEEN -90 AND 90`),
    check("tow_trucks_longitude", sql`${table.longitude} BETWEEN -180 AND 180`),
  ],
);

export const towTruckTypes = sqliteTable(
  "tow_truck_types",
  {
    truckId: integer("truck_id")
      .notNull()
      .references(() => towTrucks.id, { onDelete: "cascade" }),
    vehicleTypeId: integer("vehicle_type_id")
      .notNull()
      .references(() => vehicleTypes.id, { onDelete: "cascade" }),
  },
  (table) => [
    primaryKey({ columns: [table.truckId, table.vehicleTypeId] }),
    index("tow_truck_types_type").on(table.vehicleTypeId),
  ],
);

export const clientVehicles = sqliteTable(
  "client_vehicles",
  {
    /** A uuid. */
    id: text("id").primaryKey().notNull(),
    ownerId: integer("owner_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    nickname: text("nickname").notNull().default(""),
    make: text("make").notNull(),
    model: text("model").notNull(),
    year: integer("year").notNull(),
    color: text("color").notNull().default(""),
    licensePlate: text("license_plate").notNull().unique(),
    notes: text("notes").notNull().default(""),
    ...timestamps(),
  },
  (table) => [
    index("client_vehicles_owner").on(table.ownerId),
    index("client_vehicles_name").on(table.make, table.model, table.licensePlate),
  ],
);
