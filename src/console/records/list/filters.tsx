/** The search box and filters of a list: a panel to set them, a chip for each active one. */
import { useListContext } from "ra-core";
import { useEffect, useId, useState } from "react";
import { useCode } from "../../codes.ts";
import { type Filter, type Resource, useLabel } from "../../declaration.tsx";
import { useFormats, useWords } from "../../i18n.ts";
import { Button } from "../../kit/button.tsx";
import { useDebounced } from "../../kit/debounce.ts";
import { Icon } from "../../kit/icon.tsx";
import { Menu } from "../../kit/menu.tsx";
import { Control } from "../fields/inputs.tsx";
import { useSummary } from "./summary.tsx";

type Values = Readonly<Record<string, unknown>>;

export function Filters({ resource }: { resource: Resource }) {
  const { filterValues, setFilters } = useListContext();
  const words = useWords();
  const label = useLabel();
  const on = resource.filters.filter(({ name }) => isOn(filterValues[name]));
  const states = resource.filters.find(({ name }) => name === resource.states);
  return (
    <div className="filters">
      {states ? <States resource={resource} filter={states} /> : null}
      {resource.search ? <SearchBox key={resource.name} /> : null}
      {resource.filters.length > 0 ? (
        <Menu icon="filter" label={words("do.filter")} worded>
          {(close) => <FilterPanel resource={resource} close={close} />}
        </Menu>
      ) : null}
      {on.map((filter) => (
        <span className="chip" key={filter.name}>
          {label(filter.label)}: <FilterValue filter={filter} value={filterValues[filter.name]} />
          <button
            type="button"
            aria-label={`${words("do.remove")}: ${label(filter.label)}`}
            onClick={() => setFilters(without(filterValues, filter.name))}
          >
            <Icon name="close" />
          </button>
        </span>
      ))}
      {on.length > 1 ? (
        <Button look="quiet" onClick={() => setFilters(filterValues.q ? { q: filterValues.q } : {})}>
          {words("do.clear")}
        </Button>
      ) : null}
    </div>
  );
}

const isOn = (value: unknown) => value !== undefined && value !== null && value !== "";
const without = (values: Values, name: string) =>
  Object.fromEntries(Object.entries(values).filter(([key]) => key !== name));

interface StatesProps {
  readonly resource: Resource;
  readonly filter: Filter;
}

/** Buttons that filter by state, each with the number of its rows. */
function States({ resource, filter: { name, label: title, options = [] } }: StatesProps) {
  const { filterValues, setFilters } = useListContext();
  const words = useWords();
  const label = useLabel();
  const code = useCode();
  const formats = useFormats();
  const chosen = String(filterValues[name] ?? "");
  const { counts = [] } = useSummary(resource)?.states ?? {};
  const countOf = (state: string) => {
    const { count = 0, more = false } = counts.find(({ value }) => value === state) ?? {};
    return count > 0 ? `${formats.number(count)}${more ? "+" : ""}` : null;
  };
  return (
    <fieldset className="segments" aria-label={label(title)}>
      {["", ...options].map((state) => (
        <button
          key={state}
          type="button"
          aria-pressed={state === chosen}
          onClick={() => setFilters(state ? { ...filterValues, [name]: state } : without(filterValues, name))}
        >
          {state ? code(state) : words("ticket.all")}
          {state && countOf(state) ? <span className="tally"> {countOf(state)}</span> : null}
        </button>
      ))}
    </fieldset>
  );
}

function SearchBox() {
  const { filterValues, setFilters } = useListContext();
  const words = useWords();
  const given = String(filterValues.q ?? "");
  const [typed, setTyped] = useState(given);
  const late = useDebounced(typed, 250);
  // The address may change elsewhere: a saved filter, the back button.
  useEffect(() => setTyped(given), [given]);
  useEffect(() => {
    if (late !== given && late === typed)
      setFilters(late ? { ...filterValues, q: late } : without(filterValues, "q"));
  }, [late, given, typed, filterValues, setFilters]);
  return (
    <div className="search">
      <Icon name="search" />
      <input
        type="search"
        aria-label={words("list.search")}
        placeholder={words("list.search")}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
    </div>
  );
}

/** Filters are applied together, so that several cost one request. */
function FilterPanel({ resource, close }: { resource: Resource; close: () => void }) {
  const { filterValues, setFilters } = useListContext();
  const [draft, setDraft] = useState<Values>(filterValues);
  const words = useWords();
  const label = useLabel();
  const id = useId();
  return (
    <form
      className="filter-panel"
      onSubmit={(event) => {
        event.preventDefault();
        setFilters(Object.fromEntries(Object.entries(draft).filter(([, value]) => isOn(value))));
        close();
      }}
    >
      <div className="filter-fields">
        {resource.filters.map((filter) => (
          <div className="field" key={filter.name}>
            <label htmlFor={`${id}-${filter.name}`}>{label(filter.label)}</label>
            <FilterControl
              filter={filter}
              id={`${id}-${filter.name}`}
              value={draft[filter.name]}
              onChange={(value) => setDraft({ ...draft, [filter.name]: value })}
            />
          </div>
        ))}
      </div>
      <footer>
        <Button onClick={() => setDraft({ q: draft.q })}>{words("do.clear")}</Button>
        <Button type="submit" look="main">
          {words("do.apply")}
        </Button>
      </footer>
    </form>
  );
}

interface FilterControlProps {
  readonly filter: Filter;
  readonly id: string;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}

function FilterControl({ filter, id, value, onChange }: FilterControlProps) {
  const words = useWords();
  if (filter.type === "boolean")
    return (
      <select id={id} value={String(value ?? "")} onChange={(event) => onChange(event.target.value)}>
        <option value="">{words("record.any")}</option>
        <option value="true">{words("record.yes")}</option>
        <option value="false">{words("record.no")}</option>
      </select>
    );
  return <Control field={filter} id={id} value={value ?? ""} onChange={onChange} />;
}

function FilterValue({ filter, value }: { filter: Filter; value: unknown }) {
  const words = useWords();
  const code = useCode();
  const formats = useFormats();
  const text = String(value);
  switch (filter.type) {
    case "boolean":
      return words(text === "true" ? "record.yes" : "record.no");
    case "enum":
      return text.split(",").map(code).join(", ");
    case "instant":
      return formats.instant(text);
    case "day":
      return formats.date(text);
    default:
      return text;
  }
}
