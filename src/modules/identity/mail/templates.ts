/** Templates of identity's mails and text messages. */
import type { Locale } from "../../../platform/http/text.ts";
import type { Letter } from "../../../platform/mail/letter.ts";
import { timeIn } from "../../../platform/time-zones.ts";

/** Asks to confirm an address by a link. */
export function verifyEmail(data: { url: string; username: string }, locale: Locale): Letter {
  return locale === "ru"
    ? {
        subject: "[Caravan] Подтвердите адрес электронной почты",
        paragraphs: [
          `Здравствуйте, ${data.username}!`,
          "Этот адрес указали при регистрации. Подтвердите его по ссылке: она действует три дня.",
          "Если это были не вы, ничего не делайте.",
        ],
        action: { label: "Подтвердить адрес", url: data.url },
      }
    : {
        subject: "[Caravan] Please Confirm Your Email Address",
        paragraphs: [
          `Hello, ${data.username}!`,
          "This address was given at registration. Follow the link to confirm it: it works for three days.",
          "If that was not you, ignore this mail.",
        ],
        action: { label: "Confirm the address", url: data.url },
      };
}

/** A link to a page where a new password is chosen. */
export function resetLink(data: { url: string; username: string }, locale: Locale): Letter {
  return locale === "ru"
    ? {
        subject: "[Caravan] Восстановление пароля",
        paragraphs: [
          `Для учётной записи ${data.username} запросили новый пароль.`,
          "Выберите его по ссылке: она действует один раз и один час. Если это были не вы, ничего не делайте.",
        ],
        action: { label: "Выбрать новый пароль", url: data.url },
      }
    : {
        subject: "[Caravan] Password Reset Email",
        paragraphs: [
          `A new password was requested for the account ${data.username}.`,
          "Follow the link to choose it: the link works once, within one hour. If that was not you, ignore this mail.",
        ],
        action: { label: "Choose a new password", url: data.url },
      };
}

/** A code to type in. The text is one line that ends with the code: the clients' tests read its last word. */
export function resetCode(data: { code: string }, locale: Locale): Letter {
  return {
    subject: locale === "ru" ? "Восстановление пароля" : "Password reset",
    paragraphs: [
      locale === "ru"
        ? `Ваш код для восстановления пароля: ${data.code}`
        : `Your code to reset the password: ${data.code}`,
    ],
    code: data.code,
  };
}

/** Tells the former address of a change and offers to undo it. `now` is the new address, masked; null if it was removed. */
export function undoContact(
  data: { url: string; username: string; now: string | null },
  locale: Locale,
): Letter {
  const { url, username, now } = data;
  return locale === "ru"
    ? {
        subject: "[Caravan] Изменён адрес электронной почты",
        paragraphs: [
          now
            ? `Адрес учётной записи ${username} изменён на ${now}.`
            : `Этот адрес удалён из учётной записи ${username}.`,
          "Если это были вы, ничего не делайте. Если нет, верните прежний адрес по ссылке: она действует семь дней. Все сеансы будут завершены.",
        ],
        action: { label: "Вернуть прежний адрес", url },
      }
    : {
        subject: "[Caravan] Your e-mail address was changed",
        paragraphs: [
          now
            ? `The address of the account ${username} was changed to ${now}.`
            : `This address was removed from the account ${username}.`,
          "If that was you, ignore this mail. If not, follow the link to restore the former address: it works for seven days. All sessions will be ended.",
        ],
        action: { label: "Restore the former address", url },
      };
}

export type SecurityEvent =
  | "password_changed"
  | "password_reset"
  | "email_changed"
  | "phone_changed"
  | "new_device"
  | "second_factor_added"
  | "second_factor_removed"
  | "second_factor_reset"
  | "passkey_added"
  | "passkey_removed"
  | "recovery_codes_renewed"
  | "recovery_code_used"
  | "api_key_added"
  | "api_key_removed";

const EVENTS: Record<SecurityEvent, Record<Locale, string>> = {
  password_changed: { en: "The password was changed", ru: "Пароль изменён" },
  password_reset: { en: "The password was reset", ru: "Пароль сброшен" },
  email_changed: { en: "The e-mail address was changed", ru: "Адрес электронной почты изменён" },
  phone_changed: { en: "The phone was changed", ru: "Номер телефона изменён" },
  new_device: { en: "Sign-in from a new device", ru: "Вход с нового устройства" },
  second_factor_added: { en: "An authenticator app was added", ru: "Добавлено приложение-аутентификатор" },
  second_factor_removed: { en: "The authenticator app was removed", ru: "Приложение-аутентификатор удалено" },
  second_factor_reset: {
    en: "Staff removed your second factors",
    ru: "Сотрудник удалил ваши вторые факторы",
  },
  passkey_added: { en: "A passkey was added", ru: "Добавлен ключ доступа" },
  passkey_removed: { en: "A passkey was removed", ru: "Ключ доступа удалён" },
  recovery_codes_renewed: { en: "New recovery codes were made", ru: "Созданы новые коды восстановления" },
  recovery_code_used: { en: "A recovery code was used", ru: "Использован код восстановления" },
  api_key_added: { en: "An API key was created", ru: "Создан ключ API" },
  api_key_removed: { en: "An API key was revoked", ru: "Ключ API отозван" },
};

/** Tells the owner what happened to the account. */
export function securityNotice(
  data: {
    event: SecurityEvent;
    username: string;
    /** ISO 8601. */
    at: string;
    /** The reader's zone; rows of older versions have none. */
    timeZone?: string;
    address: string;
    userAgent: string;
  },
  locale: Locale,
): Letter {
  const { event, username, at, timeZone = "UTC", address, userAgent } = data;
  const what = EVENTS[event][locale];
  const when = timeIn(timeZone, Date.parse(at), locale);
  return locale === "ru"
    ? {
        subject: `[Caravan] ${what}`,
        paragraphs: [
          `${what}: учётная запись ${username}.`,
          "Если это были не вы, задайте новый пароль через восстановление в приложении: все сеансы будут завершены.",
        ],
        facts: [
          ["Когда", when],
          ["Откуда", address],
          ["Устройство", userAgent || "неизвестно"],
        ],
      }
    : {
        subject: `[Caravan] ${what}`,
        paragraphs: [
          `${what}: account ${username}.`,
          "If that was not you, reset the password from the app: all sessions will be ended.",
        ],
        facts: [
          ["When", when],
          ["From", address],
          ["Device", userAgent || "unknown"],
        ],
      };
}

/** The same notice as a text message, for accounts without an address. */
export function securitySms(event: SecurityEvent, locale: Locale): string {
  const what = EVENTS[event][locale];
  return locale === "ru"
    ? `Caravan: ${what}. Если это были не вы, задайте новый пароль.`
    : `Caravan: ${what}. If that was not you, reset the password.`;
}

/** Tells the former phone of a change, with a link that undoes it. */
export function undoSms(url: string, locale: Locale): string {
  return locale === "ru"
    ? `Caravan: номер телефона учётной записи изменён. Если это были не вы, верните прежний в течение 7 дней: ${url}`
    : `Caravan: the phone of your account was changed. If that was not you, undo it within 7 days: ${url}`;
}

/** A code, with the page that accepts it if there is one. The code comes first. */
export function codeSms(code: string, url: string | undefined, locale: Locale): string {
  const words = locale === "ru" ? `Caravan: код подтверждения ${code}` : `Caravan: your code is ${code}`;
  if (url === undefined) return words;
  return locale === "ru" ? `${words}. Или введите его здесь: ${url}` : `${words}. Or enter it here: ${url}`;
}

/** The templates by the names that the outbox stores. */
export const identityMails = {
  "identity.verify_email": verifyEmail,
  "identity.reset_link": resetLink,
  "identity.reset_code": resetCode,
  "identity.undo_email": undoContact,
  "identity.security": securityNotice,
};
