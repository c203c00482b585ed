/** What an account may be: names, addresses, phones, passwords, ages. Pure: facts in, verdict out. */

import parsePhoneNumber from "libphonenumber-js/min";
import { fits, lengthOf } from "../../platform/characters.ts";
import { canonicalEmail } from "../../platform/email.ts";
import { fill } from "../../platform/http/messages.ts";
import type { Text } from "../../platform/http/text.ts";
import { normalized } from "../../platform/unicode.ts";
import { mixesAlphabets } from "./accounts/confusables.ts";
import { messages } from "./messages.ts";
import { commonPasswords } from "./passwords/common-passwords.ts";

/** The key under which a username is unique: letters that only look different (wide, ligated, raised) are the same. */
export function foldUsername(username: string): string {
  return normalized(username, "NFKC").toLowerCase();
}

/** An address as it is stored and looked up; what is no address is only folded. */
export function foldEmail(email: string): string {
  return canonicalEmail(email) ?? email.trim().toLowerCase();
}

/** A phone without what people write between its digits. */
export function compactPhone(input: string): string {
  return input.replace(/[\s().\p{Pd}]/gu, "");
}

/** E.164, or null when it can't be a phone. A Russian number may come as 8…, 7… or without its country. */
export function normalizePhone(input: string): string | null {
  if (input.length > 64) return null;
  const words = compactPhone(input);
  if (!/^\+?\d{5,15}$/.test(words)) return null;
  for (const candidate of words.startsWith("+") ? [words] : [words, `+${words}`]) {
    const phone = parsePhoneNumber(candidate, "RU");
    if (phone?.isPossible()) return phone.number;
  }
  return null;
}

export const USERNAME = /^[\p{L}\p{N}@.+\-_]+$/u;

/** Looks enough like an address that it could pass for somebody's. */
export function looksLikeEmail(words: string): boolean {
  return /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(words);
}

/**
 * Why nobody may choose this username, null when they may. Asked of names that are new to their account, at every
 * door: a name that somebody has already stays.
 */
export function usernameFault(username: string): Text | null {
  return mixesAlphabets(username) ? messages.usernameMixed : null;
}

/** What is known of an account's address and phone. */
export interface ContactFacts {
  readonly emailVerifiedAt: number | null;
  readonly phoneVerifiedAt: number | null;
  /** A later change put it there, not the sign-up. */
  readonly emailIsChanged: boolean;
  readonly phoneIsChanged: boolean;
}

/**
 * Whether an address or a phone is taken for its owner's: it was given at sign-up or it is proved. What a later change
 * put there, unproved, may be anybody's: nothing that opens the account goes to it.
 */
export function isTrusted(facts: ContactFacts, by: "email" | "phone"): boolean {
  return by === "email"
    ? facts.emailVerifiedAt !== null || !facts.emailIsChanged
    : facts.phoneVerifiedAt !== null || !facts.phoneIsChanged;
}

/**
 * Whether an address or a phone may give a new password: a proved one may, and one that was given at sign-up. Once the
 * other one of the sign-up is proved, an unproved one may not: whoever registered with somebody else's address would
 * come back through a phone of their own. What was added later, proved or not, takes nothing from the sign-up's.
 */
export function mayRecover(facts: ContactFacts, by: "email" | "phone"): boolean {
  const own = by === "email" ? facts.emailVerifiedAt : facts.phoneVerifiedAt;
  if (own !== null) return true;
  const otherIsVerified =
    by === "email"
      ? facts.phoneVerifiedAt !== null && !facts.phoneIsChanged
      : facts.emailVerifiedAt !== null && !facts.emailIsChanged;
  return isTrusted(facts, by) && !otherIsVerified;
}

/** A phone or an address without what a username can't hold. */
function nameOfContact(contact: string): string {
  return contact
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_]/gu, "")
    .slice(0, 140);
}

/** A username for somebody who did not choose one: the phone, else the address, without what a username can't hold. */
export function usernameFrom(phone: string | null, email: string | null, attempt: number): string {
  const base = nameOfContact(phone ?? email ?? "user") || "user";
  return attempt === 0 ? base : `${base}${attempt}`;
}

/** So many digits and nothing else may be anybody's phone. */
const PHONE_DIGITS = /^\p{Nd}{7,}$/u;

/** Whether a username tells a phone or the account's own address, whoever chose it. */
export function madeFrom(username: string, own: { phone?: string | null; email?: string | null }): boolean {
  const key = foldUsername(username);
  if (PHONE_DIGITS.test(key) || looksLikeEmail(key)) return true;
  return Boolean(own.email) && key.replace(/\d+$/, "") === nameOfContact(own.email ?? "").replace(/\d+$/, "");
}

/** `user-<digits>` stands for an account whose own name is hidden, so nobody may be called that. */
export function isReservedName(username: string): boolean {
  return /^user-\p{Nd}+$/u.test(foldUsername(username));
}

/** An address as strangers see it: `t•••@fake.org`. Empty stays empty. */
export function maskedEmail(email: string): string {
  const at = email.lastIndexOf("@");
  return at < 1 ? "" : `${[...email][0]}•••${email.slice(at)}`;
}

/** Somebody's own word that a password must not resemble, and what to call it. */
export interface Attribute {
  readonly name: Text;
  readonly value: string | null | undefined;
}

export interface PasswordPolicy {
  readonly minLength: number;
  /** What the password is compared with; nothing at doors whose contract does not say so. */
  readonly attributes?: readonly Attribute[];
  /** The door's words for a wrong length, with its longest password. */
  readonly length?: { readonly max: number; readonly text: Text };
}

export const DEFAULT_POLICY: PasswordPolicy = { minLength: 8 };

/** A password's length in characters, as people count them. */
export function passwordLength(password: string): number {
  return lengthOf(password);
}

/** Everything that is wrong with a password, in the order in which the original lists it. */
export function weaknesses(password: string, policy: PasswordPolicy): Text[] {
  const length = passwordLength(password);
  const similar = policy.attributes?.find(({ value }) => value && isSimilar(password, value));
  const tooLong = policy.length && length > policy.length.max;
  return [
    ...(similar ? [tooSimilarTo(similar.name)] : []),
    ...(length < policy.minLength || tooLong ? [policy.length?.text ?? messages.passwordShort] : []),
    ...(commonPasswords.has(password.toLowerCase()) ? [messages.passwordCommon] : []),
    ...(/^\d+$/.test(password) ? [messages.passwordNumeric] : []),
  ];
}

function tooSimilarTo({ en, ru }: Text): Text {
  return {
    en: fill(messages.passwordSimilar, { name: en }).en,
    ru: fill(messages.passwordSimilar, { name: ru }).ru,
  };
}

const MAX_SIMILARITY = 0.7;

/** True when the password resembles a value or one of its words: the test of Django's similarity validator. */
export function isSimilar(password: string, value: string): boolean {
  const words = [...value.toLowerCase().split(/[^\p{L}\p{N}_]+/u), value.toLowerCase()].filter(Boolean);
  const candidate = password.toLowerCase();
  return words.some((word) => {
    // A word far shorter than the password can't reach the ratio.
    if (candidate.length >= 10 * word.length && word.length < (MAX_SIMILARITY / 2) * candidate.length)
      return false;
    return similarity(candidate, word) >= MAX_SIMILARITY;
  });
}

/** Twice the letters that two words share, in whatever order, over the letters of both: `quick_ratio` of Python's difflib. */
function similarity(a: string, b: string): number {
  const left = new Map<string, number>();
  for (const letter of a) left.set(letter, (left.get(letter) ?? 0) + 1);
  let shared = 0;
  for (const letter of b) {
    const count = left.get(letter) ?? 0;
    if (count === 0) continue;
    left.set(letter, count - 1);
    shared += 1;
  }
  return (2 * shared) / ([...a].length + [...b].length);
}

/** Letters in up to six groups, parted by one space, one hyphen, or a space before a hyphen. Linear by construction. */
const NAME = /^[а-яё a-z-]+$/i;
const LETTERS = /^[а-яёa-z]+$/i;

/** What is wrong with a person's name; length first, so that the pattern never sees a long text. */
export function nameFaults(name: string, wrongLength: Text): Text[] {
  if (name.length < 2 || !fits(name, 150)) {
    return name.length >= 2 || LETTERS.test(name) ? [wrongLength] : [messages.nameCharacters, wrongLength];
  }
  const groups = name.split(/ -|[ -]/);
  const fine = NAME.test(name) && groups.length <= 6 && groups.every((group) => LETTERS.test(group));
  return fine ? [] : [messages.nameCharacters];
}

/** What is wrong with a birthday, `YYYY-MM-DD`, seen on the day of `now` (UTC): strictly between 14 and 120 years ago. */
export function birthdayFault(birthday: string, now: number): Text | null {
  const born = Date.parse(`${birthday}T00:00:00Z`);
  if (born > now) return messages.birthdayFuture;
  if (born >= yearsBefore(now, 14)) return messages.birthdayYoung;
  if (born <= yearsBefore(now, 120)) return messages.birthdayOld;
  return null;
}

function yearsBefore(now: number, years: number): number {
  const today = new Date(now);
  const leapDay = today.getUTCMonth() === 1 && today.getUTCDate() === 29;
  return Date.UTC(today.getUTCFullYear() - years, today.getUTCMonth(), leapDay ? 28 : today.getUTCDate());
}

const ASCII = /^[\x20-\x7e]*$/;

/** Find Friend's three rules for an address, as its sign-in names them, one at a time. */
export function signInEmailFault(email: string): Text | null {
  if (!ASCII.test(email) && !isEmail(email)) return messages.emailNotAscii;
  if (email.length < 5 || !fits(email, 254)) return messages.emailLength;
  return isEmail(email) ? null : messages.emailFormat;
}

export function isEmail(email: string): boolean {
  return canonicalEmail(email) !== null;
}

/** What is wrong with an address that somebody gives as theirs. */
export function emailFaults(email: string): Text[] {
  if (!fits(email, 254)) return [messages.emailLength];
  return isEmail(email) ? [] : [messages.emailFormat];
}
