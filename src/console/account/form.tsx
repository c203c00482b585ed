/** A small form of the account page: it sends its fields, shows the API's reason beside each, and guards what is not saved. */
import { HttpError } from "ra-core";
import {
  createContext,
  type FormEvent,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useId,
  useState,
} from "react";
import { useWords } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Fault } from "../kit/fault.tsx";
import { Guard } from "../kit/guard.tsx";

export type Faults = Readonly<Record<string, string>>;

/** The API's reasons by field; what belongs to no field is under `other`. */
export function faultsOf(error: unknown): Faults {
  const errors = error instanceof HttpError ? ((error.body?.errors ?? {}) as Record<string, unknown>) : {};
  const named = Object.entries(errors).filter(
    (each): each is [string, string] => typeof each[1] === "string",
  );
  if (named.length > 0) return Object.fromEntries(named);
  return { other: error instanceof HttpError ? error.message : "error.offline" };
}

/** Tells the page which of its forms have edits: a page asks once before it is left. */
const Edits = createContext<(form: string, isEdited: boolean) => void>(() => {});

/** The forms of a page: leaving it is asked about while one of them has edits. */
export function GuardedForms({ children }: { children: ReactNode }) {
  const [edited, setEdited] = useState<ReadonlySet<string>>(new Set());
  const note = useCallback(
    (form: string, isEdited: boolean) =>
      setEdited((before) => {
        if (before.has(form) === isEdited) return before;
        const others = [...before].filter((each) => each !== form);
        return new Set(isEdited ? [...others, form] : others);
      }),
    [],
  );
  return (
    <Edits.Provider value={note}>
      <Guard when={edited.size > 0} />
      {children}
    </Edits.Provider>
  );
}

interface OwnFormProps {
  /** The text of the button: the deed. */
  readonly action: string;
  /** Sends the values; what it throws is shown. True: the fields are emptied. */
  readonly onSubmit: (values: Readonly<Record<string, string>>) => Promise<boolean | undefined>;
  readonly children: (faults: Faults) => ReactNode;
}

export function OwnForm({ action, onSubmit, children }: OwnFormProps) {
  const words = useWords();
  const [faults, setFaults] = useState<Faults>({});
  const [busy, setBusy] = useState(false);
  const [isEdited, setEdited] = useState(false);
  const id = useId();
  const note = useContext(Edits);
  useEffect(() => {
    note(id, isEdited);
    return () => note(id, false);
  }, [note, id, isEdited]);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const values = Object.fromEntries(
      [...new FormData(form)].map(([name, value]) => [name, typeof value === "string" ? value : ""]),
    );
    setBusy(true);
    setFaults({});
    try {
      if (await onSubmit(values)) form.reset();
      setEdited(false);
    } catch (error) {
      setFaults(faultsOf(error));
    }
    setBusy(false);
  };
  const { other } = faults;
  return (
    <form onSubmit={submit} onChange={() => setEdited(true)}>
      <div className="fields bare">{children(faults)}</div>
      <Fault text={other === "error.offline" ? words("error.offline") : other} />
      <div className="row">
        <Button type="submit" look="main" disabled={busy}>
          {action}
        </Button>
      </div>
    </form>
  );
}

interface OwnFieldProps {
  readonly label: string;
  readonly name: string;
  readonly faults: Faults;
  readonly hint?: string;
  readonly type?: "text" | "email" | "tel" | "password";
  readonly value?: string;
  readonly autoComplete: string;
  readonly required?: boolean;
}

export function OwnField({ label, name, faults, hint, type = "text", value, ...rest }: OwnFieldProps) {
  const id = useId();
  const fault = faults[name];
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        name={name}
        type={type}
        defaultValue={value}
        aria-invalid={fault ? true : undefined}
        aria-describedby={`${id}-hint`}
        {...rest}
      />
      <div id={`${id}-hint`}>
        <Fault text={fault} />
        {hint ? <p className="quiet">{hint}</p> : null}
      </div>
    </div>
  );
}
