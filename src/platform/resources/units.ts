/** Units of numbers that resources declare. The API sends plain numbers; the console and CSV files show the unit with them. */
import { type Text, text } from "../http/text.ts";

export const UNITS = {
  meter: text("m", "м"),
  meter_per_second: text("m/s", "м/с"),
  degree: text("°", "°"),
  tonne: text("t", "т"),
  millisecond: text("ms", "мс"),
  second: text("s", "с"),
  minute: text("min", "мин"),
  /** Since midnight; shown as the time of day. */
  minute_of_day: text("minute of the day", "минута дня"),
  byte: text("bytes", "байт"),
  percent: text("%", "%"),
} as const satisfies Record<string, Text>;

export type Unit = keyof typeof UNITS;

interface Measured {
  readonly type: string;
  readonly unit?: Unit;
}

/** The unit of a field's values; null without one. */
export const unitOf = ({ type, unit }: Measured): Unit | null =>
  type === "percent" ? "percent" : (unit ?? null);

/** A label for where values stand without their unit: columns of a file, and filters. `Distance, m`. */
export function labelWithUnit(field: Measured & { readonly label: Text }): Text {
  const unit = unitOf(field);
  if (!unit) return field.label;
  const { label } = field;
  return text(`${label.en}, ${UNITS[unit].en}`, `${label.ru}, ${UNITS[unit].ru}`);
}
