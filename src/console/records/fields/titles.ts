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

/** With the beginning of each uuid and each long key in it: `order:640ae9ce`. Numbers and names unchanged. */
export const shortId = (id: string | number): string =>
  String(id).replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{4,}|[0-9a-f]{16,}/gi, (key) => key.slice(0, 8));

/** A phone as people read it: `+7 900 123-45-67` for a Russian number, others as they are. */
export const phoneWords = (phone: string): string =>
  phone.replace(/^(\+7)(\d{3})(\d{3})(\d\d)(\d\d)$/, "$1\u00a0$2\u00a0$3-$4-$5");

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
