/** Short titles of records. Pure. */

const NAMES = [
  "title",
  "name",
  "username",
  "license_plate",
  "subject",
  "nickname",
  "code",
  "email",
  "phone",
] as const;

/** A record's title. `known` is the title field of the declaration. */
export function titleOf(record: Readonly<Record<string, unknown>>, known?: string): string {
  for (const name of [...(known && known !== "id" ? [known] : []), ...NAMES]) {
    const value = record[name];
    if (typeof value === "string" && value) return value;
  }
  return `№ ${shortId(String(record.id ?? ""))}`;
}

/** The beginning of a uuid; numbers unchanged. */
export function shortId(id: string | number): string {
  const words = String(id);
  return words.length > 12 ? words.slice(0, 8) : words;
}

/** Additional facts that tell records apart in a choice. */
export function subtitleOf(record: Readonly<Record<string, unknown>>): string {
  const title = titleOf(record);
  const parts = ["first_name", "last_name", "phone", "email", "model", "pickup_address"]
    .map((name) => record[name])
    .filter((value): value is string => typeof value === "string" && value !== "" && value !== title);
  return parts.slice(0, 3).join(" · ");
}
