/** Requests a new password in the Tow Truck app, and confirms it with the code. */

import { type CallOptions, post } from "../../../harness/api.ts";
import { stranger } from "../../../identity/requests.ts";

export const RESET = "/api/v1/auth/password/reset/";
export const CONFIRM = "/api/v1/auth/password/reset/confirm/";
export const NEW = "another harbour";
export const SENT = {
  detail: "Если номер зарегистрирован, мы отправили код на телефон или письмо на электронную почту.",
};
export const WRONG = { status: 400, body: { code: ["Код неверен или больше не действует."] } };

/** The request's body. */
export const form = (phone: string, changes: object = {}) => ({
  phone,
  new_password: NEW,
  new_password_confirm: NEW,
  ...changes,
});
/** Requests a new password. */
export const ask = (phone: string, changes: object = {}, options: CallOptions = { headers: stranger() }) =>
  post(RESET, form(phone, changes), options);
/** Confirms a new password with a code. */
export const confirm = (
  phone: string,
  code: string,
  changes: object = {},
  options: CallOptions = { headers: stranger() },
) => post(CONFIRM, form(phone, { code, ...changes }), options);
