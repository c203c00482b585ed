/** The sentence in a letter that says what changed about an event. */
import type { Locale } from "../../../platform/http/text.ts";
import { timeIn } from "../../../platform/time-zones.ts";
import type { Detail, EventChanges } from "../commands/changes.ts";

const DETAILS: Record<Detail, Record<Locale, string>> = {
  description: { en: "description", ru: "описание" },
  kind: { en: "kind", ru: "вид" },
  city: { en: "city", ru: "город" },
  price: { en: "price", ru: "цена" },
  ages: { en: "age limits", ru: "ограничения по возрасту" },
  places: { en: "number of places", ru: "количество мест" },
  zone: { en: "time zone", ru: "часовой пояс" },
  spot: { en: "place on the map", ru: "точка на карте" },
};

const WORDS = {
  en: {
    name: "name",
    startsAt: "start",
    endsAt: "end",
    location: "location",
    joined: "joined",
    left: "left",
    none: "none",
    was: (what: string, former: string) => `${what} (was: ${former})`,
    changed: "Changed",
  },
  ru: {
    name: "название",
    startsAt: "начало",
    endsAt: "конец",
    location: "место",
    joined: "присоединились",
    left: "вышли",
    none: "нет",
    was: (what: string, former: string) => `${what} (было: ${former})`,
    changed: "Изменилось",
  },
} satisfies Record<Locale, object>;

/** `Changed: location (was: Bridge), price, joined: ann.` Times are in `zone`. */
export function describeChanges(changes: EventChanges, locale: Locale, zone: string): string {
  const words = WORDS[locale];
  const { name, startsAt, endsAt, location, other = [], joined, left } = changes;
  const parts = [
    ...(name === undefined ? [] : [words.was(words.name, name)]),
    ...(startsAt === undefined ? [] : [words.was(words.startsAt, timeIn(zone, startsAt, locale))]),
    ...(endsAt === undefined
      ? []
      : [words.was(words.endsAt, endsAt === null ? words.none : timeIn(zone, endsAt, locale))]),
    ...(location === undefined ? [] : [words.was(words.location, location || words.none)]),
    ...other.map((detail) => DETAILS[detail][locale]),
    ...(joined ? [`${words.joined}: ${joined.join(", ")}`] : []),
    ...(left ? [`${words.left}: ${left.join(", ")}`] : []),
  ];
  return `${words.changed}: ${parts.join("; ")}.`;
}
