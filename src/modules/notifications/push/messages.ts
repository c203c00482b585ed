/** Why a device can't be registered. */
import { text } from "../../../platform/http/text.ts";

export const texts = {
  service: text(
    "This server sends no pushes by {service}.",
    "Этот сервер не отправляет push через {service}.",
  ),
  publicKey: text("Pass the browser's `p256dh` key.", "Укажите ключ браузера `p256dh`."),
  authSecret: text("Pass the browser's `auth` secret.", "Укажите секрет браузера `auth`."),
  session: text("This session has ended.", "Этот сеанс завершён."),
  token: text("Pass the device's token.", "Укажите токен устройства."),
};
