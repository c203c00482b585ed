/**
 * What `search=` of a console list finds: words in the resource's texts, phones in any spelling, licence plates whatever
 * their spacing and alphabet.
 */
import { and, Column, or, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { contains, searchWords } from "../../../platform/db/folding.ts";
import { hasPlate, plateKey } from "../../../platform/db/plates.ts";
import { type Caller, mayOperate } from "../../../platform/http/caller.ts";
import type { Resource } from "../../../platform/resources/resource.ts";
import { isAboutPeople, splitPhones, typedPhone, users } from "../../identity/index.ts";
import { fieldsFor } from "../rights.ts";

const MAX_LENGTH = 200;
/** Letters and digits that may be a plate or a part of one. */
const PLATE = /^(?=.*\d)[\p{L}\d]{3,12}$/u;

/** The condition for a search; undefined without words. */
export function searchCondition(
  caller: Caller,
  resource: Resource,
  search: string | undefined,
): SQL | undefined {
  const text = (search ?? "").slice(0, MAX_LENGTH);
  if (searchWords(text).length === 0) return undefined;
  const parts = splitPhones(text);
  const texts = textsFor(caller, resource);
  const found = and(
    ...parts.words.map((word) => or(contains(texts, word), byPlate(resource, word))),
    ...parts.phones.map((phone) => byPhone(caller, resource, phone)),
  );
  // A plate may be written in several words.
  return parts.words.length + parts.phones.length > 1 ? or(found, byPlate(resource, text)) : found;
}

/** Rows with this phone, or with these digits in a phone or anywhere in the texts. */
function byPhone(caller: Caller, resource: Resource, typed: string): SQL | undefined {
  const { isWhole, matches } = typedPhone(typed);
  const found = phonesOf(caller, resource, matches);
  return isWhole && found ? found : or(contains(textsFor(caller, resource), typed), found);
}

/** Nobody finds out names, addresses and phones of people whom they may not see, a letter at a time. */
const seesPeople = (caller: Caller): boolean => mayOperate(caller, "users:read");

function textsFor(caller: Caller, { search }: Resource): readonly SQLWrapper[] {
  return seesPeople(caller) ? search : search.filter((words) => !isAboutPeople(words));
}

/** The condition for a row's own phones and for those of the people to whom it refers. */
function phonesOf(caller: Caller, resource: Resource, matches: (phone: SQLWrapper) => SQL): SQL | undefined {
  const fields = seesPeople(caller) ? fieldsFor(caller, resource) : [];
  const people = fields.flatMap(([, { reference, from }]) =>
    reference === "users" && from instanceof Column ? [from] : [],
  );
  return or(
    ...(resource.phones ?? []).map(matches),
    ...people.map((id) => sql`${id} IN (SELECT ${users.id} FROM ${users} WHERE ${matches(users.phone)})`),
  );
}

function byPlate(resource: Resource, text: string): SQL | undefined {
  if (!resource.plates || !PLATE.test(plateKey(text))) return undefined;
  return resource.plates((plate) => hasPlate(plate, text));
}
