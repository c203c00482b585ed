/** Shows a field's value by its type: money, times, states, links to other records. */
import { type RaRecord, useLocaleState, useReference } from "ra-core";
import { Link } from "react-router-dom";
import { useCode } from "../../codes.ts";
import { type Field, type Unit, useDeclared } from "../../declaration.tsx";
import { useFormats, useWords } from "../../i18n.ts";
import { isFile } from "../files/file-value.ts";
import { Thumbnail } from "../files/thumbnail.tsx";
import { measured } from "./measures.ts";
import { shortId, titleOf } from "./titles.ts";
import { ZonedInstant } from "./zoned.tsx";

interface ValueProps {
  readonly field: Field;
  readonly record: RaRecord;
  /** In a column, whose heading names the zone of its times. */
  readonly inList?: boolean;
}

export function Value({ field, record, inList = false }: ValueProps) {
  const value: unknown = record[field.name];
  const words = useWords();
  const code = useCode();
  if (value === null || value === undefined || value === "") return <span className="none">—</span>;
  switch (field.type) {
    case "boolean":
      return <span className={value ? "yes" : "no"}>{words(value ? "record.yes" : "record.no")}</span>;
    case "enum":
      return <State value={String(value)} words={code(String(value))} />;
    case "instant":
      return field.zone ? (
        <ZonedInstant value={String(value)} zone={field.zone} own={record[field.zone.field]} />
      ) : (
        <Instant value={String(value)} inList={inList} />
      );
    case "day":
      return <Day value={String(value)} />;
    case "money":
      return <Money value={String(value)} />;
    case "integer":
    case "number":
    case "percent":
      if (field.unit) return <Measure value={Number(value)} unit={field.unit} />;
      // A car that was taken by phone has no year.
      if (field.name === "year" && value === 0) return <span className="none">—</span>;
      return <NumberValue value={Number(value)} plain={PLAIN.test(field.name)} />;
    case "reference":
      return <Reference resource={field.reference ?? ""} value={value} />;
    case "place":
      return <Place value={value} />;
    case "file":
      return isFile(value) ? (
        <Thumbnail value={value} title={titleOf(record)} />
      ) : (
        <span>{String(value)}</span>
      );
    case "json":
      if (field.reference && Array.isArray(value))
        return <References resource={field.reference} ids={value} />;
      if (field.unit && Array.isArray(value)) return <Measures values={value} unit={field.unit} />;
      if (field.options && Array.isArray(value)) return <span>{value.map(code).join(", ")}</span>;
      return <code className="json">{typeof value === "string" ? value : JSON.stringify(value)}</code>;
    case "text":
      if (field.coded) return <span>{code(String(value))}</span>;
      return <TextValue text={String(value)} inList={inList} />;
    default:
      return field.type satisfies never;
  }
}

/** Numbers that name something are not grouped: `2021`. */
const PLAIN = /^(id|year)$|_id$/;

/** A word longer than this may be broken anywhere: an address, a key. */
const LONG_WORD = /\S{21}/;

function TextValue({ text, inList }: { text: string; inList: boolean }) {
  return (
    <span
      className={LONG_WORD.test(text) ? "text-value breakable" : "text-value"}
      title={inList && text.length > 40 ? text : undefined}
    >
      <Phrase text={text} />
    </span>
  );
}

/** A text whose phone is not broken across lines. */
function Phrase({ text }: { text: string }) {
  return text.split(/(\+7 \d{3} \d{3}-\d\d-\d\d)/).map((part, index) =>
    index % 2 ? (
      <span key={part} className="whole">
        {part}
      </span>
    ) : (
      part
    ),
  );
}

/** A state with its colour, the same everywhere. */
export function State({ value, words }: { value: string; words: string }) {
  return (
    <span className="state" data-state={value.toLowerCase()}>
      {words}
    </span>
  );
}

export function Instant({ value, inList = false }: { value: string; inList?: boolean }) {
  const formats = useFormats();
  return (
    <time dateTime={value} title={`${formats.instant(value)} · ${formats.ago(value)}`}>
      {inList ? formats.moment(value) : formats.instant(value)}
    </time>
  );
}

function Day({ value }: { value: string }) {
  const formats = useFormats();
  return <time dateTime={value}>{formats.date(value)}</time>;
}

export function Ago({ value }: { value: string }) {
  const formats = useFormats();
  return (
    <time dateTime={value} title={formats.instant(value)}>
      {formats.ago(value)}
    </time>
  );
}

function Money({ value }: { value: string }) {
  return <span className="number">{useFormats().money(value)}</span>;
}

const Measure = ({ value, unit }: { value: number; unit: Unit }) => <Measures values={[value]} unit={unit} />;

function Measures({ values, unit }: { values: readonly number[]; unit: Unit }) {
  const [locale] = useLocaleState();
  const formats = useFormats();
  const words = values.map((value) => measured(value, unit, formats, locale === "ru" ? "ru" : "en"));
  return words.length > 0 ? (
    <span className="number">{words.join(", ")}</span>
  ) : (
    <span className="none">—</span>
  );
}

function NumberValue({ value, plain }: { value: number; plain: boolean }) {
  const formats = useFormats();
  return <span className="number">{plain ? String(value) : formats.number(value, 2)}</span>;
}

function Place({ value }: { value: unknown }) {
  const point = value as { latitude?: number; longitude?: number };
  if (typeof point.latitude !== "number" || typeof point.longitude !== "number")
    return <span className="none">—</span>;
  return (
    <span className="number">
      {point.latitude.toFixed(5)}, {point.longitude.toFixed(5)}
    </span>
  );
}

/** A link to another record, by title. All references of a page are loaded in one call. */
function Reference({ resource, value }: { resource: string; value: unknown }) {
  const known = useDeclared(resource);
  // Some responses include the record.
  if (typeof value === "object" && value !== null) {
    const record = value as RaRecord;
    return known ? <RecordLink resource={resource} record={record} /> : <span>{titleOf(record)}</span>;
  }
  const id = value as string | number;
  if (!known) return <span>№ {shortId(id)}</span>;
  return <LookedUp resource={resource} id={id} />;
}

function References({ resource, ids }: { resource: string; ids: readonly (string | number)[] }) {
  if (ids.length === 0) return <span className="none">—</span>;
  return (
    <span className="row">
      {ids.map((id) => (
        <LookedUp key={id} resource={resource} id={id} />
      ))}
    </span>
  );
}

function LookedUp({ resource, id }: { resource: string; id: string | number }) {
  const { referenceRecord } = useReference({ reference: resource, id });
  return <RecordLink resource={resource} record={referenceRecord ?? { id }} />;
}

/** The title of a record, once it is known. */
export function useReferenceTitle(resource: string, id: string | number | null): string | undefined {
  const known = useDeclared(resource);
  const { referenceRecord } = useReference({
    reference: resource,
    id: id ?? "",
    options: { enabled: known !== undefined && id !== null },
  });
  return referenceRecord ? titleOf(referenceRecord, known?.title) : undefined;
}

export function RecordLink({ resource, record }: { resource: string; record: RaRecord }) {
  const known = useDeclared(resource);
  return (
    <Link
      to={`/${resource}/${encodeURIComponent(record.id)}`}
      onClick={(event) => event.stopPropagation()}
      className="record-link"
    >
      <Phrase text={titleOf(record, known?.title)} />
    </Link>
  );
}
