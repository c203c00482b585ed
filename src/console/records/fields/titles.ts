/** What a record is called where only one line is free. Pure. */

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

/** `known` is the field that the declaration names. */
export function titleOf(record: Readonly<Record<string, unknown>>, known?: string): string {
  for (const name of [...(known && known !== "id" ? [known] : []), ...NAMES]) {
    const value = record[name];
    if (typeof value === "string" && value) return value;
  }
  return `№ ${shortId(String(record.id ?? ""))}`;
}

/** A uuid by its beginning; a number as it is. */
export function shortId(id: string | number): string {
  const words = String(id);
  return words.length > 12 ? words.slice(0, 8) : words;
}

/** What may say a little more about it, in a choice among many. */
export function subtitleOf(record: Readonly<Record<string, unknown>>): string {
  const title = titleOf(record);
  const parts = ["first_name", "last_name", "phone", "email", "model", "pickup_address"]
    .map((name) => record[name])
    .filter((value): value is string => typeof value === "string" && value !== "" && value !== title);
  return parts.slice(0, 3).join(" · ");
}
