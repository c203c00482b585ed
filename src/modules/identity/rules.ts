/** Rules for usernames, names, e-mails, phones, passwords and ages. Pure: facts in, verdict out. */

import parsePhoneNumber from "libphonenumber-js/min";
import { fits, lengthOf } from "../../platform/characters.ts";
import { canonicalEmail } from "../../platform/email.ts";
import { fill } from "../../platform/http/messages.ts";
import type { Text } from "../../platform/http/text.ts";
import { normalized } from "../../platform/unicode.ts";
import { mixesAlphabets } from "./accounts/confusables.ts";
import { messages } from "./messages.ts";
import { commonPasswords } from "./passwords/common-passwords.ts";

/** The unique key of a username. Compatibility variants of a letter (wide, ligature, superscript) are equal. */
export function foldUsername(username: string): string {
  return normalized(username, "NFKC").toLowerCase();
}

/** An e-mail address in the form that is stored and looked up. Other text is only case-folded. */
export function foldEmail(email: string): string {
  return canonicalEmail(email) ?? email.trim().toLowerCase();
}

/** A phone without separators. */
export function compactPhone(input: string): string {
  return input.replace(/[\s().\p{Pd}]/gu, "");
}

/** E.164, or null if it is not a phone. A Russian number may start with 8 or 7, or lack the country code. */
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

/** Letters that leave no mark on the screen (the Hangul fillers) are no letters: such a name looks like another. */
export const USERNAME = /^(?:(?!\p{Default_Ignorable_Code_Point})[\p{L}\p{N}@.+\-_])+$/u;

/** Whether a username could be mistaken for an e-mail address. */
export function looksLikeEmail(words: string): boolean {
  return /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(words);
}

/**
 * Why this username may not be chosen; null if it may. Every route checks it for new usernames; an existing username
 * stays valid.
 */
export function usernameFault(username: string): Text | null {
  return mixesAlphabets(username) ? messages.usernameMixed : null;
}

/** The facts about an account's address and phone that the rules need. */
export interface ContactFacts {
  readonly emailVerifiedAt: number | null;
  readonly phoneVerifiedAt: number | null;
  /** True if it was set after the sign-up. */
  readonly emailIsChanged: boolean;
  readonly phoneIsChanged: boolean;
}

/**
 * Whether an address or a phone is assumed to belong to the account's owner: it was given at sign-up or it is verified.
 * One that was set later and is unverified may belong to anybody, so no credential is sent to it.
 */
export function isTrusted(facts: ContactFacts, by: "email" | "phone"): boolean {
  return by === "email"
    ? facts.emailVerifiedAt !== null || !facts.emailIsChanged
    : facts.phoneVerifiedAt !== null || !facts.phoneIsChanged;
}

/**
 * Whether an address or a phone may be used to reset the password: if it is verified or was given at sign-up. An
 * unverified one from the sign-up loses this right once the other one from the sign-up is verified: otherwise a person
 * who signed up with somebody else's address could return through their own phone. A contact that was added later never
 * takes the right from those of the sign-up.
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

/** A phone or an address without the characters that a username cannot hold. */
function nameOfContact(contact: string): string {
  return contact
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_]/gu, "")
    .slice(0, 140);
}

/** Generates a username from the phone, else from the address. */
export function usernameFrom(phone: string | null, email: string | null, attempt: number): string {
  const base = nameOfContact(phone ?? email ?? "user") || "user";
  return attempt === 0 ? base : `${base}${attempt}`;
}

/** A username of this many digits, whatever marks stand between them, could be a phone. */
const PHONE_DIGITS = /^(?:[@.+\-_]*\p{Nd}){7,}[@.+\-_]*$/u;

/** Whether a username reveals a phone or the account's address, even if its owner chose it. */
export function madeFrom(username: string, own: { phone?: string | null; email?: string | null }): boolean {
  const key = foldUsername(username);
  if (PHONE_DIGITS.test(key) || looksLikeEmail(key)) return true;
  return Boolean(own.email) && key.replace(/\d+$/, "") === nameOfContact(own.email ?? "").replace(/\d+$/, "");
}

/** `user-<digits>` is the alias of an account whose username is hidden; nobody may choose it. */
export function isReservedName(username: string): boolean {
  return /^user-\p{Nd}+$/u.test(foldUsername(username));
}

/** An address as strangers see it: `t•••@fake.org`. An empty address stays empty. */
export function maskedEmail(email: string): string {
  const at = email.lastIndexOf("@");
  return at < 1 ? "" : `${[...email][0]}•••${email.slice(at)}`;
}

/** A user attribute that the password must not resemble, and its name for the message. */
export interface Attribute {
  readonly name: Text;
  readonly value: string | null | undefined;
}

export interface PasswordPolicy {
  readonly minLength: number;
  /** The attributes that the password is compared with; none where the app's contract does not require it. */
  readonly attributes?: readonly Attribute[];
  /** The app's message for a wrong length, and its maximum length. */
  readonly length?: { readonly max: number; readonly text: Text };
}

export const DEFAULT_POLICY: PasswordPolicy = { minLength: 8 };

/** A password's length in user-perceived characters. */
export function passwordLength(password: string): number {
  return lengthOf(password);
}

/** All weaknesses of a password, in the order in which the original lists them. */
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

/** True if the password resembles a value or one of its words, as Django's similarity validator decides. */
export function isSimilar(password: string, value: string): boolean {
  const words = [...value.toLowerCase().split(/[^\p{L}\p{N}_]+/u), value.toLowerCase()].filter(Boolean);
  const candidate = password.toLowerCase();
  return words.some((word) => {
    // A word far shorter than the password cannot reach the ratio.
    if (candidate.length >= 10 * word.length && word.length < (MAX_SIMILARITY / 2) * candidate.length)
      return false;
    return similarity(candidate, word) >= MAX_SIMILARITY;
  });
}

/** Twice the number of letters that two words share in any order, divided by the letters of both: `quick_ratio` of Python's difflib. */
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

/** Letters in up to six groups, separated by a space, a hyphen, or a space and a hyphen. Matches in linear time. */
const NAME = /^[а-яё a-z-]+$/i;
const LETTERS = /^[а-яёa-z]+$/i;

/** The faults of a person's name. The length is checked first, so that the pattern never sees a long text. */
export function nameFaults(name: string, wrongLength: Text): Text[] {
  if (name.length < 2 || !fits(name, 150)) {
    return name.length >= 2 || LETTERS.test(name) ? [wrongLength] : [messages.nameCharacters, wrongLength];
  }
  const groups = name.split(/ -|[ -]/);
  const fine = NAME.test(name) && groups.length <= 6 && groups.every((group) => LETTERS.test(group));
  return fine ? [] : [messages.nameCharacters];
}

/** The fault of a birthday (`YYYY-MM-DD`) on the UTC day of `now`; null if it is more than 14 and less than 120 years ago. */
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

/** The first fault of an address by Find Friend's three rules, as its sign-in reports it. */
export function signInEmailFault(email: string): Text | null {
  if (!ASCII.test(email) && !isEmail(email)) return messages.emailNotAscii;
  if (email.length < 5 || !fits(email, 254)) return messages.emailLength;
  return isEmail(email) ? null : messages.emailFormat;
}

export function isEmail(email: string): boolean {
  return canonicalEmail(email) !== null;
}

/** The faults of an address given at sign-up or in a profile. */
export function emailFaults(email: string): Text[] {
  if (!fits(email, 254)) return [messages.emailLength];
  return isEmail(email) ? [] : [messages.emailFormat];
}
