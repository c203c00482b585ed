/** Why an address that a user gave is refused. */
import { type Text, text } from "../http/text.ts";
import type { AddressFault } from "./address.ts";

export const addressTexts: Record<AddressFault, Text> = {
  malformed: text("Enter a valid URL.", "Введите правильный URL."),
  scheme: text("The URL must begin with https://.", "URL должен начинаться с https://."),
  credentials: text("The URL may not contain a name or password.", "URL не может содержать имя или пароль."),
  port: text("The URL may only use port 443.", "URL может использовать только порт 443."),
  ip: text("Use a host name, not an IP address.", "Укажите имя хоста, а не IP-адрес."),
  single_label: text("Use a full host name.", "Укажите полное имя хоста."),
  private_name: text("Use a public host name.", "Укажите публичное имя хоста."),
  own_host: text("The URL may not be of this server.", "URL не может вести на этот сервер."),
};
