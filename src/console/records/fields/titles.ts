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

/** Additional facts that tell records apart in a choice, without those that the title has. `known`: as for the title. */
export function subtitleOf(record: Readonly<Record<string, unknown>>, known?: string): string {
  const title = titleOf(record, known);
  const digits = (text: string) => text.replaceAll(/\D/g, "");
  const isTold = (value: string) =>
    title.includes(value) || (/^\+\d{5,}$/.test(value) && digits(title).includes(digits(value)));
  const parts = ["first_name", "last_name", "phone", "email", "vehicle_plate", "model", "pickup_address"]
    .map((name) => record[name])
    .filter((value): value is string => typeof value === "string" && value !== "" && !isTold(value));
  return parts.slice(0, 3).join(" · ");
}
