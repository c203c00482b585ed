/** Times of a record that has a time zone of its own: shown in that zone, with the reader's time beside. */
import { useWatch } from "react-hook-form";
import type { Field } from "../../declaration.tsx";
import { useFormats, useWords } from "../../i18n.ts";

type Zone = NonNullable<Field["zone"]>;

const named = (zone: Zone, value: unknown) =>
  typeof value === "string" && value !== "" ? value : zone.default;

/** A value: the time in the record's zone first. Only the reader's where clocks show the same. */
export function ZonedInstant({ value, zone, own }: { value: string; zone: Zone; own: unknown }) {
  const formats = useFormats();
  const words = useWords();
  const there = formats.elsewhere(value, named(zone, own));
  const here = formats.instant(value);
  return (
    <time dateTime={value} title={formats.ago(value)}>
      {there ?? here}
      {there === null ? null : <span className="quiet"> · {words("record.yourTime", { time: here })}</span>}
    </time>
  );
}

/** Below an input in the reader's zone: the same time in the record's, as the form stands. */
export function ZoneHint({ value, zone }: { value: unknown; zone: Zone }) {
  const own: unknown = useWatch({ name: zone.field });
  const formats = useFormats();
  const there = typeof value === "string" && value !== "" ? formats.elsewhere(value, named(zone, own)) : null;
  return there === null ? null : <p className="quiet">{there}</p>;
}
