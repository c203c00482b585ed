/** Runs declared actions: at once, or after a dialog that names the deed and asks for what it needs. */
import { HttpError, type RaRecord, useNotify } from "ra-core";
import { useId, useState } from "react";
import { pathOf } from "../../data.ts";
import { type Action, type Asked, type Resource, useLabel } from "../../declaration.tsx";
import { useWords } from "../../i18n.ts";
import { Confirm } from "../../kit/dialog.tsx";
import { Fault } from "../../kit/fault.tsx";
import { call } from "../../session.ts";
import { Control } from "../fields/inputs.tsx";
import { titleOf } from "../fields/titles.ts";
import { Facts } from "./form.tsx";

type Given = Readonly<Record<string, unknown>>;
type Faults = Readonly<Record<string, string>>;

/** Whether an action runs only after its dialog. */
export const hasDialog = ({ confirm, asks }: Action) => confirm !== undefined || asks.length > 0;

export function runAction(resource: Resource, record: RaRecord, action: Action, given: Given) {
  const path = pathOf(resource.name, record.id, "actions", action.name);
  return call<Given | null>("POST", path, { body: given });
}

interface ActionDialogProps {
  readonly resource: Resource;
  readonly record: RaRecord;
  readonly action: Action;
  readonly onDone: (answer: Given | null) => void;
  readonly onClose: () => void;
}

export function ActionDialog({ resource, record, action, onDone, onClose }: ActionDialogProps) {
  const [given, setGiven] = useState(() => proposed(action.asks, record));
  const [faults, setFaults] = useState<Faults>({});
  const [busy, setBusy] = useState(false);
  const notify = useNotify();
  const label = useLabel();
  const shown = resource.fields.filter(({ name }) => action.shows.includes(name));
  const run = async () => {
    setBusy(true);
    try {
      onDone(await runAction(resource, record, action, given));
      onClose();
    } catch (error) {
      const below = faultsOf(error, action.asks);
      setFaults(below);
      if (Object.keys(below).length === 0)
        notify(error instanceof Error ? error.message : "error.offline", { type: "error" });
    }
    setBusy(false);
  };
  return (
    <Confirm
      title={`${label(action.label)}: ${titleOf(record, resource.title)}`}
      action={label(action.label)}
      keep={label(action.keep)}
      danger={action.danger}
      busy={busy || action.asks.some(({ name, required }) => required && isBlank(given[name]))}
      onConfirm={run}
      onClose={onClose}
    >
      {action.confirm ? <p>{label(action.confirm)}</p> : null}
      <Facts fields={shown} record={record} />
      <Questions asks={action.asks} given={given} faults={faults} onChange={setGiven} />
    </Confirm>
  );
}

const isBlank = (value: unknown) => value === undefined || value === null || String(value).trim() === "";

/** The values that the record proposes. */
function proposed(asks: readonly Asked[], record: RaRecord): Given {
  const pairs = asks.map(({ name, proposed = [] }) => [
    name,
    proposed.map((field): unknown => record[field]).find((value) => !isBlank(value)),
  ]);
  return Object.fromEntries(pairs.filter(([, value]) => value !== undefined));
}

/** The API's messages about what was asked for. */
function faultsOf(error: unknown, asks: readonly Asked[]): Faults {
  const errors = error instanceof HttpError ? error.body?.errors : null;
  const names = new Set(asks.map(({ name }) => name));
  return Object.fromEntries(
    Object.entries(Object(errors)).flatMap(([name, words]) =>
      names.has(name) ? [[name, String(words)]] : [],
    ),
  );
}

interface QuestionsProps {
  readonly asks: readonly Asked[];
  readonly given: Given;
  readonly faults?: Faults;
  readonly onChange: (given: Given) => void;
}

/** The inputs for what an action asks. */
export function Questions({ asks, given, faults = {}, onChange }: QuestionsProps) {
  const label = useLabel();
  const words = useWords();
  const id = useId();
  if (asks.length === 0) return null;
  return (
    <div className="fields bare">
      {asks.map((asked) => (
        <div className="field" key={asked.name}>
          <label htmlFor={`${id}-${asked.name}`}>
            {label(asked.label)}
            {asked.required ? <span aria-hidden="true"> *</span> : ` (${words("record.optional")})`}
          </label>
          <Control
            field={asked}
            id={`${id}-${asked.name}`}
            value={given[asked.name] ?? ""}
            invalid={asked.name in faults}
            onChange={(value) => onChange({ ...given, [asked.name]: value ?? undefined })}
          />
          <Fault id={`${id}-${asked.name}-fault`} text={faults[asked.name]} />
        </div>
      ))}
    </div>
  );
}
