/** Answers of the route that updates a position. */
import { text } from "../../../../platform/http/text.ts";

export const texts = {
  driversOnly: text("Only drivers can update a position.", "Обновлять координаты могут только водители."),
  noTruck: text("The driver has no tow truck.", "За водителем не закреплён эвакуатор."),
  latitude: text("Latitude must be between -90 and 90.", "Широта должна быть в диапазоне от -90 до 90."),
  longitude: text(
    "Longitude must be between -180 and 180.",
    "Долгота должна быть в диапазоне от -180 до 180.",
  ),
  located: text("The position was updated.", "Координаты обновлены."),
};
