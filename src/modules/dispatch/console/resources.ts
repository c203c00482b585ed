/** Tariffs, trucks, clients' vehicles and reference data in the console. */

import { not, sql } from "drizzle-orm";
import { boolean, integer, string } from "../../../platform/http/input/fields.ts";
import { text } from "../../../platform/http/text.ts";
import { presence } from "../../../platform/resources/filters.ts";
import { idInput, moneyInput } from "../../../platform/resources/inputs.ts";
import { ALL, EDIT, field, READ, resource } from "../../../platform/resources/resource.ts";
import { z } from "../../../platform/zod.ts";
import { personWords } from "../../identity/index.ts";
import { clientVehicles, towTrucks, vehicleTypes } from "../fleet/tables.ts";
import { ON_JOB } from "../fleet/trucks/status.ts";
import { truckConsequences, truckRemoval, typesOfTruck } from "./consequences.ts";
import { orderResources } from "./order-resources.ts";
import { referenceCodes } from "./tables.ts";

const tonnes = z.number().positive().max(999);
const created = text("Created", "Создано");
const updated = text("Changed", "Изменено");
const plate = string({ max: 20 });

const vehicleTypeResource = resource({
  name: "vehicle-types",
  subject: "vehicle_type",
  label: text("Tariffs", "Тарифы"),
  group: "towing",
  table: vehicleTypes,
  key: [vehicleTypes.id],
  title: "name",
  fields: {
    name: field.text(vehicleTypes.name, text("Name", "Название"), { input: string({ max: 100 }) }),
    description: field.text(vehicleTypes.description, text("Description", "Описание"), {
      list: false,
      input: string({ max: 2000, blank: true }).optional(),
    }),
    max_weight: field.number(vehicleTypes.maxWeight, text("Up to", "Масса до"), {
      unit: "tonne",
      input: tonnes,
    }),
    base_price: field.money(vehicleTypes.basePrice, text("Base price", "Базовая цена"), {
      input: moneyInput(),
    }),
    per_km_rate: field.money(vehicleTypes.perKmRate, text("Per km", "За км"), {
      input: moneyInput().optional(),
    }),
    updated_at: field.instant(vehicleTypes.updatedAt, updated),
    created_at: field.instant(vehicleTypes.createdAt, created, { list: false }),
  },
  search: [vehicleTypes.name, vehicleTypes.description],
  filters: ["base_price"],
  sort: { field: "name", order: "asc" },
  rights: { operator: ALL, staff: ALL },
});

const driver = personWords(sql`tow_trucks.driver_id`);

const truckResource = resource({
  name: "tow-trucks",
  subject: "tow_truck",
  label: text("Tow trucks", "Эвакуаторы"),
  group: "towing",
  table: towTrucks,
  key: [towTrucks.id],
  title: "license_plate",
  fields: {
    license_plate: field.text(towTrucks.licensePlate, text("Plate", "Номер"), { input: plate }),
    model: field.text(towTrucks.model, text("Model", "Модель"), { input: string({ max: 100 }) }),
    driver: field.reference("users", towTrucks.driverId, text("Driver", "Водитель"), {
      input: idInput().nullable().optional(),
    }),
    status: field.choice(towTrucks.status, text("State", "Состояние"), {
      input: z.enum(towTrucks.status.enumValues).optional(),
    }),
    capacity: field.number(towTrucks.capacity, text("Capacity", "Грузоподъёмность"), {
      unit: "tonne",
      input: tonnes,
    }),
    vehicle_types: {
      ...field.json(typesOfTruck, text("Tariffs", "Тарифы"), {
        list: false,
        input: z.array(idInput()).max(100).optional(),
      }),
      reference: "vehicle-types",
    },
    position: field.place(towTrucks.latitude, towTrucks.longitude, text("Position", "Местоположение")),
    located_at: field.instant(towTrucks.locatedAt, text("Last position", "Последние координаты")),
    updated_at: field.instant(towTrucks.updatedAt, updated),
    created_at: field.instant(towTrucks.createdAt, created, { list: false }),
  },
  search: [towTrucks.licensePlate, towTrucks.model, driver],
  plates: (matches) => matches(towTrucks.licensePlate),
  filters: [
    "status",
    "driver",
    "capacity",
    "located_at",
    {
      name: "vehicle_type",
      type: "reference",
      reference: "vehicle-types",
      label: text("Tariff", "Тариф"),
      parse: integer(),
      when: (type: number) =>
        sql`${towTrucks.id} IN (SELECT truck_id FROM tow_truck_types WHERE vehicle_type_id = ${type})`,
    },
    presence("has_driver", text("With a driver", "С водителем"), towTrucks.driverId),
  ],
  sort: { field: "license_plate", order: "asc" },
  rights: { operator: ALL, staff: ALL },
  tabs: [
    { resource: "orders", target: "tow_truck", label: text("Orders", "Заказы") },
    { resource: "order-offers", target: "truck", label: text("Offers", "Предложения") },
  ],
  consequences: truckConsequences,
  removal: truckRemoval,
  removable: not(ON_JOB),
});

const owner = personWords(sql`client_vehicles.owner_id`);

const vehicleResource = resource({
  name: "client-vehicles",
  subject: "client_vehicle",
  label: text("Clients' cars", "Автомобили клиентов"),
  group: "towing",
  table: clientVehicles,
  key: [clientVehicles.id],
  title: "license_plate",
  fields: {
    license_plate: field.text(clientVehicles.licensePlate, text("Plate", "Номер"), { input: plate }),
    owner: field.reference("users", clientVehicles.ownerId, text("Owner", "Владелец"), { input: idInput() }),
    make: field.text(clientVehicles.make, text("Make", "Марка"), { input: string({ max: 100 }) }),
    model: field.text(clientVehicles.model, text("Model", "Модель"), { input: string({ max: 100 }) }),
    year: field.integer(clientVehicles.year, text("Year", "Год"), {
      input: integer({ min: 1900, max: 2100 }),
    }),
    color: field.text(clientVehicles.color, text("Colour", "Цвет"), {
      input: string({ max: 50, blank: true }).optional(),
    }),
    nickname: field.text(clientVehicles.nickname, text("Nickname", "Своё название"), {
      list: false,
      input: string({ max: 100, blank: true }).optional(),
    }),
    notes: field.text(clientVehicles.notes, text("Notes", "Заметки"), {
      list: false,
      input: string({ max: 2000, blank: true }).optional(),
    }),
    updated_at: field.instant(clientVehicles.updatedAt, updated),
    created_at: field.instant(clientVehicles.createdAt, created, { list: false }),
  },
  search: [clientVehicles.licensePlate, clientVehicles.make, clientVehicles.model, owner],
  plates: (matches) => matches(clientVehicles.licensePlate),
  filters: ["year", "owner"],
  sort: { field: "license_plate", order: "asc" },
  rights: { operator: ALL, staff: ALL },
  tabs: [{ resource: "orders", target: "vehicle", label: text("Orders", "Заказы") }],
  consequences: async (_, { before }) => (before ? {} : { set: { id: crypto.randomUUID() } }),
});

const codeResource = resource({
  name: "reference-codes",
  subject: "reference_code",
  label: text("Reference data", "Справочники"),
  group: "towing",
  table: referenceCodes,
  key: [referenceCodes.kind, referenceCodes.code],
  title: "name",
  fields: {
    kind: field.choice(referenceCodes.kind, text("Reference", "Справочник")),
    code: field.text(referenceCodes.code, text("Code", "Код")),
    name: field.text(referenceCodes.name, text("Name", "Название"), { input: string({ max: 100 }) }),
    description: field.text(referenceCodes.description, text("Description", "Описание"), {
      list: false,
      input: string({ max: 2000, blank: true }).optional(),
    }),
    is_active: field.boolean(referenceCodes.isActive, text("In use", "Действует"), {
      input: boolean().optional(),
    }),
    updated_at: field.instant(referenceCodes.updatedAt, updated),
  },
  search: [referenceCodes.code, referenceCodes.name],
  filters: ["kind", "is_active"],
  sort: { field: "name", order: "asc" },
  rights: { operator: READ, staff: EDIT },
});

export const dispatchResources = [
  ...orderResources,
  truckResource,
  vehicleTypeResource,
  vehicleResource,
  codeResource,
];
