/** The input for each type of field. The API's errors are shown below their field. */
import { useInput, useLocaleState } from "ra-core";
import { type ReactNode, useState } from "react";
import { useCode } from "../../codes.ts";
import { type Field, useLabel } from "../../declaration.tsx";
import type { Unit } from "../../declared.ts";
import { useFormats, useWords } from "../../i18n.ts";
import { Fault } from "../../kit/fault.tsx";
import { instantAt, ownZone, wallTime } from "../../zone.ts";
import { decimalOf } from "./amounts.ts";
import { CheckboxGroup, OptionGroup } from "./checkbox-group.tsx";
import { RecordCombobox } from "./combobox.tsx";
import { clockOf, listOf, minuteOf } from "./measures.ts";
import { PlaceInput } from "./place-input.tsx";
import { ZoneHint } from "./zoned.tsx";

const LONG = /description|comment|body|message|notes|text|about|hobb/;

export function Input({ field }: { field: Field }) {
  const label = useLabel();
  const {
    id,
    field: input,
    fieldState,
  } = useInput({
    source: field.name,
    parse: (value: unknown) => value,
    format: (value: unknown) => value ?? "",
  });
  const fault = fieldState.error?.message;
  return (
    <div className={`field ${LONG.test(field.name) || field.type === "json" ? "wide" : ""}`}>
      <label htmlFor={id}>
        {label(field.label)}
        {field.required ? <span aria-hidden="true"> *</span> : null}
      </label>
      <Control
        field={field}
        id={id}
        value={input.value}
        onChange={input.onChange}
        onBlur={input.onBlur}
        invalid={Boolean(fault)}
      />
      {field.zone ? <ZoneHint value={input.value} zone={field.zone} /> : null}
      <Fault id={`${id}-fault`} text={fault && plain(fault)} />
    </div>
  );
}

/** ra-core wraps messages of validators; the API's messages are plain. */
function plain(words: string): string {
  return words.startsWith("@@react-admin@@") ? String(JSON.parse(words.slice(15))) : words;
}

interface ControlProps {
  readonly field: Pick<Field, "name" | "type" | "options" | "reference" | "unit">;
  readonly id: string;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
  readonly onBlur?: () => void;
  readonly invalid?: boolean;
}

export function Control({ field, id, value, onChange, onBlur, invalid }: ControlProps): ReactNode {
  const code = useCode();
  const words = useWords();
  const formats = useFormats();
  const common = {
    id,
    onBlur,
    "aria-invalid": invalid || undefined,
    "aria-describedby": invalid ? `${id}-fault` : undefined,
  };
  const text = String(value ?? "");
  switch (field.type) {
    case "boolean":
      return (
        <input
          {...common}
          type="checkbox"
          checked={value === true}
          onChange={(event) => onChange(event.target.checked)}
        />
      );
    case "enum":
      return (
        <select {...common} value={text} onChange={(event) => onChange(event.target.value || null)}>
          <option value="">{words("record.none")}</option>
          {(field.options ?? []).map((option) => (
            <option key={option} value={option}>
              {code(option)}
            </option>
          ))}
        </select>
      );
    case "integer":
    case "number":
      return <NumberInput {...common} field={field} value={text} onChange={onChange} />;
    case "money":
      return <Amount {...common} value={text} sign={formats.sign()} onChange={onChange} />;
    case "percent":
      return <Amount {...common} value={text} sign="%" onChange={onChange} />;
    case "instant":
      return (
        <div className="unit">
          <input
            {...common}
            type="datetime-local"
            value={text && wallTime(Date.parse(text), ownZone())}
            onChange={(event) =>
              onChange(
                event.target.value ? new Date(instantAt(event.target.value, ownZone())).toISOString() : null,
              )
            }
          />
          <span>{formats.zone()}</span>
        </div>
      );
    case "day":
      return (
        <input
          {...common}
          type="date"
          value={text}
          onChange={(event) => onChange(event.target.value || null)}
        />
      );
    case "reference":
      return (
        <RecordCombobox
          id={id}
          resource={field.reference ?? ""}
          value={value === "" ? null : value}
          onChange={onChange}
        />
      );
    case "json":
      if (field.reference)
        return <CheckboxGroup id={id} resource={field.reference} value={value} onChange={onChange} />;
      if (field.options)
        return <OptionGroup id={id} options={field.options} value={value} onChange={onChange} />;
      if (field.unit) return <NumberList {...common} unit={field.unit} value={value} onChange={onChange} />;
      return <Json {...common} value={value} onChange={onChange} />;
    case "place":
      return <PlaceInput {...common} name={field.name} value={value} onChange={onChange} />;
    // Files are changed by themselves: `records/files/`.
    case "file":
      return null;
    case "text":
      return LONG.test(field.name) ? (
        <textarea {...common} rows={4} value={text} onChange={(event) => onChange(event.target.value)} />
      ) : (
        <input {...common} value={text} onChange={(event) => onChange(event.target.value)} />
      );
    default:
      return field.type satisfies never;
  }
}

type PartProps = Omit<ControlProps, "field" | "invalid">;

/** A number beside its unit; minutes of the day are an input of times. */
function NumberInput({ field, value, onChange, ...rest }: PartProps & Pick<ControlProps, "field">) {
  const label = useLabel();
  const { type, unit } = field;
  const text = String(value ?? "");
  if (unit?.name === "minute_of_day")
    return (
      <input
        {...rest}
        type="time"
        value={text && clockOf(Number(text))}
        onChange={(event) => onChange(minuteOf(event.target.value))}
      />
    );
  const input = (
    <input
      {...rest}
      type="number"
      step={type === "integer" ? 1 : "any"}
      value={text}
      onChange={(event) => onChange(event.target.value === "" ? null : Number(event.target.value))}
    />
  );
  return unit ? (
    <div className="unit">
      {input}
      <span>{label(unit.label)}</span>
    </div>
  ) : (
    input
  );
}

/** A decimal, shown as lists show it, beside its sign. It may be typed and pasted in any usual way. */
function Amount({ value, sign, onChange, onBlur, ...rest }: PartProps & { sign: string }) {
  const formats = useFormats();
  const [locale] = useLocaleState();
  const text = String(value ?? "");
  // What is being typed stays as it is typed.
  const [typed, setTyped] = useState<string | null>(null);
  const shown = typed ?? (/^-?\d+(\.\d+)?$/.test(text) ? formats.amount(text) : text);
  return (
    <div className="unit">
      <input
        {...rest}
        inputMode="decimal"
        value={shown}
        onChange={(event) => {
          setTyped(event.target.value);
          onChange(decimalOf(event.target.value, locale === "ru" ? "ru" : "en") || null);
        }}
        onBlur={() => {
          setTyped(null);
          onBlur?.();
        }}
      />
      <span>{sign}</span>
    </div>
  );
}

/** Numbers in a row, beside their unit. */
function NumberList({ value, unit, onChange, ...rest }: PartProps & { unit: Unit }) {
  const label = useLabel();
  // What is being typed stays as it is typed.
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <div className="unit">
      <input
        {...rest}
        inputMode="numeric"
        value={typed ?? (Array.isArray(value) ? value.join(", ") : "")}
        onChange={(event) => {
          setTyped(event.target.value);
          onChange(listOf(event.target.value));
        }}
      />
      <span>{label(unit.label)}</span>
    </div>
  );
}

/** Stays a string while it is not a valid number; the API reports the error. */
function Json({ value, onChange, ...rest }: PartProps) {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  const read = (words: string): unknown => {
    try {
      return JSON.parse(words);
    } catch {
      return words;
    }
  };
  return (
    <textarea
      {...rest}
      className="code"
      rows={6}
      value={text}
      onChange={(event) => onChange(read(event.target.value))}
    />
  );
}
