/** The letters that identity sends. */
import type { Locale } from "../../platform/http/text.ts";
import type { Letter } from "../../platform/mail/letter.ts";

/** Confirms an address; the link is the proof. */
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
          "If that was not you, there is nothing to do.",
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
          `A new password was asked for the account ${data.username}.`,
          "Choose it behind the link: it works once, for one hour. If that was not you, there is nothing to do.",
        ],
        action: { label: "Choose a new password", url: data.url },
      };
}

/** A code to type in. The text is one line that ends with the code: clients' tests read its last word. */
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

/** What the templates are called in the outbox. */
export const identityMails = {
  "identity.verify_email": verifyEmail,
  "identity.reset_link": resetLink,
  "identity.reset_code": resetCode,
};
