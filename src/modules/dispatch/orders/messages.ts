/** Refusals about orders, payments and offers. */
import { text } from "../../../platform/http/text.ts";
import type { AssignmentFault, TransitionFault } from "./rules.ts";

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
    "Код действует только для назначенных заказов, а статус этого — {from}.",
  ),
  transition: text("An order can't go from {from} to {to}.", "Заказ нельзя перевести из {from} в {to}."),
  rated: text("Rating with this Order already exists.", "Rating с таким Order уже существует."),
  payment: text("A payment can't go from {from} to {to}.", "Платёж нельзя перевести из {from} в {to}."),
  tooMuch: text("No more than {due} is due.", "К оплате не больше {due}."),
  reversed: text("This refund has been reversed already.", "Этот возврат уже сторнирован."),
  waiting: text(
    "{limit} payments of this order are waiting to be confirmed already.",
    "По этому заказу уже ждут подтверждения платежи: {limit}.",
  ),
  noOffer: text("This offer has ended.", "Предложение больше не действует."),
  notConfirmed: text(
    "Trucks are called for confirmed orders only; this one is {from}.",
    "Эвакуатор ищут только для подтверждённых заказов, а статус этого — {from}.",
  ),
  arrival: text(
    "A truck arrives at assigned orders only; this one is {from}.",
    "Прибытие отмечают только у назначенных заказов, а статус этого — {from}.",
  ),
  over: text("The order is over.", "Заказ завершён."),
};

export const truckTexts = {
  truckMissing: text("An assigned order needs a tow truck.", "Чтобы назначить заказ, выберите эвакуатор."),
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
} satisfies Record<Exclude<TransitionFault, "transition"> | AssignmentFault, unknown>;
