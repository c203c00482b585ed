/** Find Friend's wire shapes of a person: the profile, its changes, and the filters of a list. */

import { boolean, day, file, reportFault, string } from "../../platform/http/input/fields.ts";
import { keyField } from "../../platform/http/input/strict-fields.ts";
import { pageQuery } from "../../platform/http/lists/paging.ts";
import { fill } from "../../platform/http/messages.ts";
import type { Text } from "../../platform/http/text.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { mediaUrl } from "../../platform/storage/media.ts";
import { normalized } from "../../platform/unicode.ts";
import { z } from "../../platform/zod.ts";
import { maskedEmail, personFields } from "../identity/index.ts";
import { messages } from "./messages.ts";
import type { PeopleFilter, Person } from "./profiles/queries.ts";
import { ageOn } from "./rules.ts";

const SEXES = ["", "М", "Ж"] as const;

export const NamedThing = z.object({ id: z.number().int(), name: z.string() }).openapi("NamedThing");

export const PersonWire = z
  .object({
    id: z.number().int(),
    email: z
      .string()
      .openapi({ description: "Strangers see the first letter and the domain: `t•••@fake.org`." }),
    first_name: z.string(),
    last_name: z.string(),
    birthday: z.string().nullable().openapi({ description: "Shown to friends and to the person only." }),
    sex: z.enum(SEXES).openapi({ description: "Cyrillic letters." }),
    age: z.number().int().nullable(),
    interests: z.array(NamedThing),
    friends: z.array(
      z.object({
        id: z.number().int(),
        first_name: z.string(),
        last_name: z.string(),
        age: z.number().int().openapi({ description: "0 when unknown." }),
      }),
    ),
    friends_count: z.number().int(),
    city: z.string().nullable(),
    avatar: z.string().nullable(),
    profession: z.string(),
    purpose: z.string(),
    network_nick: z.string().nullable().openapi({ description: "Shown to friends and to the person only." }),
    additionally: z.string(),
    is_geoip_allowed: z.boolean(),
    is_blocked: z.boolean().openapi({ description: "Whether the caller has blocked this person." }),
  })
  .openapi("FriendProfile");

export function toPersonWire(ctx: RequestContext, person: Person): z.input<typeof PersonWire> {
  const now = ctx.now();
  return {
    id: person.id,
    email: person.showsContact ? (person.email ?? "") : maskedEmail(person.email ?? ""),
    first_name: person.firstName,
    last_name: person.lastName,
    birthday: person.showsContact ? person.birthday : null,
    sex: person.sex ?? "",
    age: ageOn(now, person.birthday),
    interests: person.interests,
    friends: person.friends.map(({ id, firstName, lastName, birthday }) => ({
      id,
      first_name: firstName,
      last_name: lastName,
      // A shipped client fails on a row without a number here.
      age: ageOn(now, birthday) ?? 0,
    })),
    friends_count: person.friends.length,
    city: person.city,
    avatar: mediaUrl(ctx, person.avatarKey),
    profession: person.profession ?? "",
    purpose: person.purpose ?? "",
    network_nick: person.networkNick,
    additionally: person.additionally ?? "",
    is_geoip_allowed: person.isGeoipAllowed ?? false,
    is_blocked: person.isBlocked,
  };
}

const profession = string({ max: 50, blank: true });

/** The name of a city or an interest, composed (NFC) so that both spellings of a letter match. */
const listed = (limits: { blank?: boolean } = {}) =>
  string({ max: 150, ...limits }).transform((name) => normalized(name, "NFC"));

const optionalFields = {
  birthday: z.preprocess((value) => (value === "" ? null : value), day().nullable()).optional(),
  sex: z.enum(SEXES).optional(),
  city: listed({ blank: true }).nullable().optional().openapi({ description: "City name; empty for none." }),
  avatar: z
    .union([z.null(), z.literal(""), file()])
    .optional()
    .openapi({ type: ["string", "null"], format: "binary", description: "Null removes the picture." }),
  profession: profession.optional(),
  purpose: profession.optional(),
  additionally: string({ max: 500, blank: true }).optional(),
  network_nick: string({ max: 50, blank: true })
    .optional()
    .openapi({ description: "Set by staff only; ignored otherwise." }),
  is_geoip_allowed: boolean().optional(),
  interests: z
    .array(z.object({ id: z.unknown().optional(), name: listed() }))
    .optional()
    .openapi({ description: "The complete set of interests, by name." }),
  friends: z
    .array(z.object({ id: keyField() }))
    .optional()
    .openapi({ description: "Friends to keep; all others are unfriended." }),
};

export const FullProfile = z
  .object({ ...personFields, ...optionalFields })
  .openapi("FriendProfileReplacement");
export const PartialProfile = z
  .object({
    first_name: personFields.first_name.optional(),
    last_name: personFields.last_name.optional(),
    email: personFields.email.optional(),
    ...optionalFields,
  })
  .openapi("FriendProfileChange");

export type ProfileBody = z.output<typeof PartialProfile>;

const last = (value: unknown) => (Array.isArray(value) ? value.at(-1) : value);

/** A filter's value: the last one wins, an empty one means no filter. */
const word = () =>
  z.preprocess(
    last,
    string({ max: 254, blank: true })
      .transform((value) => value || undefined)
      .optional(),
  );

/** A filter's value, converted; `fault` is the message for a value that can't be. */
export const wordAs = <T>(convert: (value: string) => T | undefined, fault: (value: string) => Text) =>
  word().transform((value, context) => {
    if (value === undefined) return undefined;
    const converted = convert(value);
    if (converted === undefined) reportFault({ ...context, value }, fault(value));
    return converted;
  });

const numberIn = (value: string) =>
  /^-?\d{1,15}(\.\d+)?$/.test(value) ? Math.trunc(Number(value)) : undefined;

export const peopleQuery = pageQuery.extend({
  search: word().openapi({
    description: "Searches names, city and friends' birthdays. An e-mail matches only as a whole.",
  }),
  email: word(),
  first_name: word(),
  last_name: word(),
  profession: word(),
  purpose: word(),
  sex: wordAs(
    (value) => SEXES.find((sex) => sex === value),
    (value) => fill(messages.filterChoice, { value }),
  ),
  age: wordAs(numberIn, () => messages.filterNumber),
  city: wordAs(
    (value) => (/^\d{1,15}$/.test(value) ? Number(value) : undefined),
    () => messages.filterKey,
  ),
  city__name: word(),
  interests: z
    .preprocess(
      (value) => [value].flat().filter((name) => name !== "" && name !== undefined),
      z.array(listed()),
    )
    .optional()
    .openapi({ description: "Repeatable. Matches people who have at least one of them." }),
});

export function toPeopleFilter(query: z.output<typeof peopleQuery>): PeopleFilter {
  return {
    search: query.search,
    email: query.email,
    firstName: query.first_name,
    lastName: query.last_name,
    profession: query.profession,
    purpose: query.purpose,
    sex: query.sex,
    age: query.age,
    cityId: query.city,
    cityName: query.city__name,
    interests: query.interests?.length ? query.interests : undefined,
  };
}
