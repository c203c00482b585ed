/** Orders, history, payments, ratings and offers in the console. */

import { sql } from "drizzle-orm";
import { string } from "../../../platform/http/input/fields.ts";
import { text } from "../../../platform/http/text.ts";
import { presence } from "../../../platform/resources/filters.ts";
import { idInput, instantInput, moneyInput, placeInput } from "../../../platform/resources/inputs.ts";
import { EDIT, field, READ, resource } from "../../../platform/resources/resource.ts";
import { z } from "../../../platform/zod.ts";
import { personWords } from "../../identity/index.ts";
import { clientVehicles, towTrucks } from "../fleet/tables.ts";
import { orderOffers } from "../offers/tables.ts";
import { due } from "../orders/payments/commands.ts";
import { payments } from "../orders/payments/tables.ts";
import { ratings } from "../orders/ratings/tables.ts";
import { orderStatusHistory, orders } from "../orders/tables.ts";
import { orderActions } from "./actions.ts";
import { lockedFields, orderConsequences } from "./order-edits.ts";
import { paymentActions } from "./payment-actions.ts";

const order = text("Order", "Заказ");
const comment = text("Comment", "Комментарий");
const state = text("State", "Состояние");
const created = text("Created", "Создано");
const address = string({ max: 1000 });

const car = sql`(SELECT license_plate || ' ' || make || ' ' || model FROM client_vehicles WHERE id = orders.vehicle_id)`;

const vehiclePlate = sql`(SELECT license_plate FROM client_vehicles WHERE id = orders.vehicle_id)`;

/** The stars that the client gave the driver; null before that. */
const driverRating = sql`(SELECT driver_rating FROM ratings WHERE order_id = orders.id)`;

const orderResource = resource({
  name: "orders",
  subject: "order",
  label: text("Orders", "Заказы"),
  group: "towing",
  table: orders,
  key: [orders.id],
  title: "pickup_address",
  fields: {
    status: field.choice(orders.status, state),
    priority: field.choice(orders.priority, text("Priority", "Приоритет"), {
      input: z.enum(orders.priority.enumValues).optional(),
    }),
    client: field.reference("users", orders.clientId, text("Client", "Клиент")),
    vehicle: field.reference("client-vehicles", orders.vehicleId, text("Car", "Автомобиль")),
    vehicle_plate: field.text(vehiclePlate, text("Car's plate", "Номер автомобиля"), { list: false }),
    vehicle_type: field.reference("vehicle-types", orders.vehicleTypeId, text("Tariff", "Тариф"), {
      list: false,
      input: idInput().optional(),
    }),
    tow_truck: field.reference("tow-trucks", orders.towTruckId, text("Truck", "Эвакуатор")),
    pickup_address: field.text(orders.pickupAddress, text("From", "Откуда"), { input: address }),
    pickup: field.place(
      orders.pickupLatitude,
      orders.pickupLongitude,
      text("From, on the map", "Откуда, на карте"),
      {
        list: false,
        input: placeInput(),
      },
    ),
    delivery_address: field.text(orders.deliveryAddress, text("To", "Куда"), { input: address }),
    delivery: field.place(
      orders.deliveryLatitude,
      orders.deliveryLongitude,
      text("To, on the map", "Куда, на карте"),
      {
        list: false,
        input: placeInput(),
      },
    ),
    description: field.text(orders.description, text("Description", "Описание"), {
      list: false,
      input: string({ max: 4000, blank: true }).optional(),
    }),
    estimated_price: field.money(orders.estimatedPrice, text("Estimate", "Расчётная цена"), { total: true }),
    final_price: field.money(orders.finalPrice, text("Final price", "Итоговая цена"), {
      list: false,
      total: true,
      input: moneyInput().nullable().optional(),
    }),
    due: field.money(due, text("Due", "К оплате"), { list: false, total: true }),
    rating: field.integer(driverRating, text("Driver's rating", "Оценка водителя"), { list: false }),
    scheduled_at: field.instant(orders.scheduledAt, text("Planned for", "Запланирован на"), {
      list: false,
      input: instantInput().nullable().optional(),
    }),
    code_tries: field.integer(orders.codeTries, text("Wrong start codes", "Неверные коды начала"), {
      list: false,
    }),
    created_at: field.instant(orders.createdAt, created),
    assigned_at: field.instant(orders.assignedAt, text("Assigned", "Назначен"), { list: false }),
    started_at: field.instant(orders.startedAt, text("Started", "Начат"), { list: false }),
    completed_at: field.instant(orders.completedAt, text("Completed", "Завершён"), { list: false }),
    updated_at: field.instant(orders.updatedAt, text("Changed", "Изменено"), { list: false }),
  },
  search: [orders.id, orders.pickupAddress, orders.deliveryAddress, personWords(orders.clientId), car],
  plates: (matches) =>
    sql`(${orders.vehicleId} IN (SELECT ${clientVehicles.id} FROM ${clientVehicles} WHERE ${matches(clientVehicles.licensePlate)})
      OR ${orders.towTruckId} IN (SELECT ${towTrucks.id} FROM ${towTrucks} WHERE ${matches(towTrucks.licensePlate)}))`,
  filters: [
    "status",
    "priority",
    "vehicle_type",
    "tow_truck",
    "client",
    "vehicle",
    "created_at",
    "estimated_price",
    presence("has_truck", text("With a truck", "С эвакуатором"), orders.towTruckId),
  ],
  sort: { field: "created_at", order: "desc" },
  rights: { operator: EDIT, staff: EDIT },
  furtherRights: {
    take: text("Take orders by phone", "Принимать заказы по телефону"),
    share: text("Make and end public links", "Создавать и закрывать публичные ссылки"),
  },
  tabs: [
    { resource: "order-history", target: "order_id", label: text("Statuses", "Статусы") },
    { resource: "payments", target: "order_id", label: text("Payments", "Платежи") },
    { resource: "ratings", target: "order_id", label: text("Rating", "Оценка") },
    { resource: "order-offers", target: "order_id", label: text("Offers", "Предложения") },
    { resource: "support-tickets", target: "related_order", label: text("Tickets", "Обращения") },
  ],
  locked: lockedFields,
  consequences: orderConsequences,
  actions: orderActions,
});

const historyResource = resource({
  name: "order-history",
  subject: "order_history",
  label: text("Orders' history", "История заказов"),
  group: "towing",
  table: orderStatusHistory,
  key: [orderStatusHistory.id],
  title: "new_status",
  fields: {
    order_id: field.reference("orders", orderStatusHistory.orderId, order),
    old_status: field.choice(orderStatusHistory.oldStatus, text("From", "Было")),
    new_status: field.choice(orderStatusHistory.newStatus, text("To", "Стало")),
    changed_by: field.reference("users", orderStatusHistory.changedBy, text("By", "Кто")),
    comment: field.text(orderStatusHistory.comment, comment),
    created_at: field.instant(orderStatusHistory.createdAt, text("When", "Когда")),
  },
  search: [
    orderStatusHistory.orderId,
    orderStatusHistory.comment,
    personWords(sql`order_status_history.changed_by`),
  ],
  filters: ["order_id", "new_status", "changed_by", "created_at"],
  sort: { field: "id", order: "desc" },
  rights: { operator: READ, staff: READ },
});

const paymentResource = resource({
  name: "payments",
  subject: "payment",
  label: text("Payments", "Платежи"),
  group: "towing",
  table: payments,
  key: [payments.id],
  title: "id",
  fields: {
    order_id: field.reference("orders", payments.orderId, order),
    amount: field.money(payments.amount, text("Amount", "Сумма"), { total: true }),
    payment_method: field.choice(payments.paymentMethod, text("Method", "Способ")),
    status: field.choice(payments.status, state),
    transaction_id: field.text(payments.transactionId, text("Transaction", "Транзакция")),
    paid_at: field.instant(payments.paidAt, text("Paid", "Оплачен")),
    reverses: field.reference(
      "payments",
      payments.reverses,
      text("Reverses the refund of", "Сторнирует возврат"),
      {
        list: false,
      },
    ),
    reversed_by: field.reference(
      "payments",
      sql`(SELECT entry.id FROM payments AS entry WHERE entry.reverses = payments.id)`,
      text("Refund reversed by", "Возврат сторнирован"),
      { list: false },
    ),
    created_at: field.instant(payments.createdAt, created),
  },
  search: [sql`${payments.id}`, payments.orderId, payments.transactionId],
  filters: ["order_id", "status", "payment_method", "amount", "created_at", "paid_at"],
  sort: { field: "id", order: "desc" },
  rights: { operator: READ, staff: READ },
  actions: paymentActions,
});

const ratingResource = resource({
  name: "ratings",
  subject: "rating",
  label: text("Ratings", "Оценки"),
  group: "towing",
  table: ratings,
  key: [ratings.id],
  title: "driver_rating",
  fields: {
    order_id: field.reference("orders", ratings.orderId, order),
    driver: field.reference("users", ratings.driverId, text("Driver", "Водитель")),
    driver_rating: field.integer(ratings.driverRating, text("Driver's rating", "Оценка водителя")),
    service_rating: field.integer(ratings.serviceRating, text("Service's rating", "Оценка сервиса")),
    comment: field.text(ratings.comment, comment),
    created_at: field.instant(ratings.createdAt, created),
  },
  search: [ratings.orderId, ratings.comment],
  filters: ["order_id", "driver", "driver_rating", "service_rating", "created_at"],
  sort: { field: "id", order: "desc" },
  rights: { operator: READ, staff: ["read", "delete"] },
});

const offerResource = resource({
  name: "order-offers",
  subject: "order_offer",
  label: text("Offers", "Предложения заказов"),
  group: "towing",
  table: orderOffers,
  key: [orderOffers.id],
  title: "status",
  fields: {
    order_id: field.reference("orders", orderOffers.orderId, order),
    truck: field.reference("tow-trucks", orderOffers.truckId, text("Truck", "Эвакуатор")),
    round: field.integer(orderOffers.round, text("Round", "Раунд")),
    status: field.choice(orderOffers.status, state),
    distance: field.integer(orderOffers.distance, text("Distance", "Расстояние"), { unit: "meter" }),
    created_at: field.instant(orderOffers.createdAt, created),
    expires_at: field.instant(orderOffers.expiresAt, text("Until", "Действует до")),
    answered_at: field.instant(orderOffers.answeredAt, text("Answered", "Ответ получен")),
  },
  search: [orderOffers.orderId],
  plates: (matches) =>
    sql`${orderOffers.truckId} IN (SELECT ${towTrucks.id} FROM ${towTrucks} WHERE ${matches(towTrucks.licensePlate)})`,
  filters: ["order_id", "truck", "status", "created_at"],
  sort: { field: "id", order: "desc" },
  rights: { operator: READ, staff: READ },
});

export const orderResources = [
  orderResource,
  historyResource,
  paymentResource,
  ratingResource,
  offerResource,
];
