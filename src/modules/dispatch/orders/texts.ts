/** What is said about orders, payments and offers: refusals, and the notices that people get. */
import { text } from "../../../platform/http/text.ts";
import type { Notice } from "../../notifications/index.ts";
import type { OrderStatus, TransitionFault, TruckFault } from "./rules.ts";

export const texts = {
  ownVehicle: text("You can only choose a vehicle of your own.", "Можно выбрать только собственное ТС."),
  past: text("The time must not be in the past.", "Время не может быть в прошлом."),
  code: text("The code is wrong.", "Неверный код."),
  codeEnded: text(
    "There were too many wrong codes: an operator has to open the code again.",
    "Слишком много неверных кодов: разблокировать код может оператор.",
  ),
  codeNotNow: text(
    "The code is for assigned orders only; this one is {from}.",
    "Код действует только для назначенных заказов; этот в статусе {from}.",
  ),
  transition: text("An order can't go from {from} to {to}.", "Заказ нельзя перевести из {from} в {to}."),
  rated: text("Rating with this Order already exists.", "Rating с таким Order уже существует."),
  payment: text("A payment can't go from {from} to {to}.", "Платёж нельзя перевести из {from} в {to}."),
  tooMuch: text("No more than {due} is due.", "К оплате не больше {due}."),
  waiting: text(
    "{limit} payments of this order are waiting to be confirmed already.",
    "Подтверждения уже ждут {limit} платежей этого заказа.",
  ),
  noOffer: text("This offer has ended.", "Предложение больше не действует."),
  notConfirmed: text(
    "Trucks are called for confirmed orders only; this one is {from}.",
    "Эвакуатор ищут только для подтверждённых заказов; этот в статусе {from}.",
  ),
  arrival: text(
    "A truck arrives at assigned orders only; this one is {from}.",
    "Прибытие отмечают только у назначенных заказов; этот в статусе {from}.",
  ),
  over: text("The order is over.", "Заказ завершён."),
  driversOnly: text("Only drivers can update a position.", "Обновлять координаты могут только водители."),
  noTruck: text("The driver has no tow truck.", "За водителем не закреплён эвакуатор."),
  latitude: text("Latitude must be between -90 and 90.", "Широта должна быть в диапазоне от -90 до 90."),
  longitude: text(
    "Longitude must be between -180 and 180.",
    "Долгота должна быть в диапазоне от -180 до 180.",
  ),
  located: text("The position was updated.", "Координаты обновлены."),
};

export const truckTexts = {
  truckMissing: text("An assigned order needs a tow truck.", "Чтобы назначить заказ, укажите эвакуатор."),
  truckKept: text(
    "The tow truck of an assigned order can be replaced, not dropped.",
    "Эвакуатор назначенного заказа можно заменить, но не снять.",
  ),
  truckFixed: text("The tow truck can't be changed any more.", "Эвакуатор этого заказа уже нельзя сменить."),
  unsuitable: text(
    "This tow truck does not serve the order's tariff.",
    "Этот эвакуатор не подходит под тариф заказа.",
  ),
  driverless: text("This tow truck has no driver.", "За эвакуатором не закреплён водитель."),
  unavailable: text("This tow truck is not available.", "Эвакуатор недоступен."),
} satisfies Record<Exclude<TransitionFault, "transition"> | TruckFault, unknown>;

/** In the app's own language: its clients know no other. */
const TOLD: Partial<Record<OrderStatus, { title: string; words: (id: string) => string }>> = {
  PENDING: { title: "Заказ создан", words: (id) => `Заказ ${id} успешно отправлен в обработку.` },
  CONFIRMED: { title: "Заказ подтверждён", words: (id) => `Заказ ${id} подтверждён оператором.` },
  ASSIGNED: { title: "Назначен эвакуатор", words: (id) => `К заказу ${id} назначен водитель.` },
  IN_PROGRESS: { title: "Заказ в работе", words: (id) => `Эвакуатор выехал на заказ ${id}.` },
  COMPLETED: { title: "Заказ выполнен", words: (id) => `Заказ ${id} успешно завершён.` },
  CANCELLED: { title: "Заказ отменён", words: (id) => `Заказ ${id} был отменён.` },
};

const about = (orderId: string) => `order:${orderId}`;

/** What a client is told of their order's new status, once for each. */
export function statusNotice(orderId: string, clientId: number, status: OrderStatus): Notice[] {
  const told = TOLD[status];
  if (!told) return [];
  return [
    {
      userId: clientId,
      type: status === "PENDING" ? "ORDER_CREATED" : `ORDER_${status}`,
      title: told.title,
      message: told.words(orderId),
      about: about(orderId),
      ref: `order:${orderId}:${status}`,
    },
  ];
}

export function arrivedNotice(orderId: string, clientId: number, truckId: number): Notice {
  return {
    userId: clientId,
    type: "DRIVER_ARRIVED",
    title: "Водитель на месте",
    message: `Эвакуатор прибыл по заказу ${orderId}.`,
    about: about(orderId),
    ref: `order:${orderId}:arrived:${truckId}`,
  };
}

export function paidNotice(orderId: string, clientId: number, paymentId: number, amount: string): Notice {
  return {
    userId: clientId,
    type: "PAYMENT_RECEIVED",
    title: "Платёж получен",
    message: `Платёж ${amount} ₽ по заказу ${orderId} получен.`,
    about: about(orderId),
    ref: `payment:${paymentId}:received`,
  };
}

export function offerNotice(orderId: string, driverId: number, round: number): Notice {
  return {
    userId: driverId,
    type: "GENERAL",
    title: "Новый заказ рядом",
    message: `Вам предложен заказ ${orderId}.`,
    about: about(orderId),
    ref: `order:${orderId}:offer:${round}`,
  };
}

export function unansweredNotice(orderId: string, operatorId: number, ref: string): Notice {
  return {
    userId: operatorId,
    type: "GENERAL",
    title: "Нет свободного эвакуатора",
    message: `На заказ ${orderId} не нашлось эвакуатора.`,
    about: about(orderId),
    ref: `order:${orderId}:unanswered:${ref}`,
  };
}
