/** Wire shapes of identity: accounts as the Tow Truck clients read them, and fields that several apps share. */

import { email, file, reportFault, secret, string, timeZone } from "../../platform/http/input/fields.ts";
import { codeField } from "../../platform/http/input/strict-fields.ts";
import { fill, messages as shared } from "../../platform/http/messages.ts";
import type { Locale, Text } from "../../platform/http/text.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { mediaUrl } from "../../platform/storage/media.ts";
import { isoTime } from "../../platform/time.ts";
import { z } from "../../platform/zod.ts";
import type { Person } from "./accounts/queries.ts";
import { messages } from "./messages.ts";
import {
  compactPhone,
  emailFaults,
  isReservedName,
  looksLikeEmail,
  nameFaults,
  normalizePhone,
  USERNAME,
} from "./rules.ts";

export const Detail = z.object({ detail: z.string() }).openapi("Detail");
export const TokenPair = z.object({ access: z.string(), refresh: z.string() }).openapi("TokenPair");
export const RefreshBody = z.object({ refresh: string({ max: 500 }) }).openapi("Refresh");

/** A username: up to 150 letters, digits and `@.+-_`; not an e-mail address. */
export function username(texts: { format: Text } = { format: messages.usernameFormat }) {
  return string({ max: 150 })
    .refine((value) => USERNAME.test(value), { params: { text: texts.format } })
    .refine((value) => !looksLikeEmail(value), { params: { text: messages.usernameIsAddress } })
    .refine((value) => !isReservedName(value), { params: { text: messages.usernameReserved } });
}

/** The limit that the clients check themselves. */
const PHONE_LENGTH = 15;

/** A phone in any notation; the value is E.164. Separators do not count towards its length. */
export function phone() {
  return string().transform((value, context) => {
    const tooLong = compactPhone(value).length > PHONE_LENGTH;
    const normal = tooLong ? null : normalizePhone(value);
    const fault = tooLong ? fill(shared.maxLength, { limit: PHONE_LENGTH }) : messages.phoneFormat;
    if (normal === null) reportFault({ ...context, value }, fault);
    return normal ?? "";
  });
}

/** An e-mail address that may be empty; the value is then null. */
export function optionalEmail() {
  return z
    .preprocess(
      (value) => (typeof value === "string" && value.trim() === "" ? undefined : value),
      email().optional(),
    )
    .transform((value) => value ?? null);
}

/** A text field with its own check; its errors are reported together with those of other fields. */
function checked(faults: (words: string) => Text[]) {
  return string().check((context) => {
    for (const text of faults(context.value)) reportFault(context, text);
  });
}

/** Fields of Find Friend's forms: a person's names and e-mail. */
export const personFields = {
  first_name: checked((name) => nameFaults(name, messages.firstNameLength)),
  last_name: checked((name) => nameFaults(name, messages.lastNameLength)),
  email: checked(emailFaults),
};

export const Account = z
  .object({
    id: z.number().int(),
    username: z.string(),
    email: z.string(),
    phone: z.string(),
    first_name: z.string(),
    last_name: z.string(),
    user_type: z.enum(["CLIENT", "DRIVER", "OPERATOR"]),
    user_type_label: z.string(),
    avatar: z.string().nullable(),
    is_verified: z.boolean(),
    date_joined: z.string(),
  })
  .openapi("Account");

const TYPE_LABELS = { CLIENT: messages.client, DRIVER: messages.driver, OPERATOR: messages.operator };

export function toAccountWire(
  ctx: RequestContext,
  user: Omit<Person, "avatarKey">,
  avatarKey: string | null,
): z.input<typeof Account> {
  return {
    id: user.id,
    username: user.username,
    email: user.email ?? "",
    phone: user.phone ?? "",
    first_name: user.firstName,
    last_name: user.lastName,
    user_type: user.userType,
    user_type_label: TYPE_LABELS[user.userType][ctx.locale],
    avatar: mediaUrl(ctx, avatarKey),
    is_verified: user.isVerified,
    date_joined: isoTime(user.createdAt),
  };
}

/** An account as its owner reads it, with the time zone if they chose one; a driver's says whether they are on duty. */
export const OwnAccount = Account.extend({
  time_zone: z.string().optional(),
  on_duty: z.boolean().optional(),
}).openapi("OwnAccount");

/** Answer to a sign-in or a sign-up. */
export const TokensWithAccount = z.object({ user: OwnAccount, access: z.string(), refresh: z.string() });

/** A new account of the Tow Truck app. Clients and drivers register themselves; staff creates operators. */
export const RegisterBody = z
  .object({
    phone: phone(),
    password: secret(128),
    password_confirm: secret(128),
    user_type: codeField(["CLIENT", "DRIVER"]),
    email: optionalEmail(),
    first_name: string({ max: 150, blank: true }).optional(),
    last_name: string({ max: 150, blank: true }).optional(),
  })
  .openapi("Register");

/**
 * The field `otp` of every sign-in. It is read for accounts with a second factor only, so for others nothing in it is a
 * fault.
 */
export function otpField() {
  return z
    .unknown()
    .transform((value) => {
      const words = typeof value === "number" ? String(value).padStart(6, "0") : value;
      return typeof words === "string" && words.trim() !== "" ? words.slice(0, 300) : undefined;
    })
    .optional()
    .openapi({
      type: "string",
      description:
        "For accounts with a second factor: a code of the authenticator app, a recovery code, or the pass of a passkey.",
    });
}

export const LoginBody = z
  .object({ phone: string({ max: 254 }), password: secret(), otp: otpField() })
  .openapi("Login");

export const ProfileChange = z
  .object({
    username: username().optional(),
    email: z.union([z.literal("").transform(() => null), email()]).optional(),
    phone: phone().optional(),
    first_name: string({ max: 150, blank: true }).optional(),
    last_name: string({ max: 150, blank: true }).optional(),
    time_zone: z.union([z.null(), z.literal("").transform(() => null), timeZone()]).optional(),
    avatar: z
      .union([z.null(), z.literal(""), file()])
      .optional()
      .openapi({ type: ["string", "null"], format: "binary" }),
  })
  .openapi("ProfileChange");

export const Device = z
  .object({
    id: z.string(),
    app: z.string(),
    current: z.boolean(),
    address: z.string(),
    user_agent: z.string(),
    created_at: z.string(),
    last_seen_at: z.string(),
    expires_at: z.string(),
  })
  .openapi("Device");

/** A numeric id in a path: digits only. */
export const idParam = z.object({
  id: z.string().regex(/^\d+$/).transform(Number).pipe(z.int().min(1)).openapi({ type: "integer" }),
});
export const localeField = z.enum(["ru", "en"] satisfies Locale[]);
