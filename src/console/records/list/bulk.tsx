/** Bulk operations on the selected rows or all filtered rows. The server's count is shown before anything runs. */
import { useQueryClient } from "@tanstack/react-query";
import { useListContext, useNotify } from "ra-core";
import { useEffect, useId, useRef, useState } from "react";
import { type BulkAnswer, bulk, type Chosen, listQuery } from "../../data.ts";
import { type Action, type Resource, useLabel } from "../../declaration.tsx";
import { useWords } from "../../i18n.ts";
import { Button } from "../../kit/button.tsx";
import { Confirm } from "../../kit/dialog.tsx";
import { Control } from "../fields/inputs.tsx";
import { Questions } from "../record/action-dialog.tsx";
import { summaryKey } from "./summary.tsx";

type Task = Pick<Action, "name" | "label"> & Partial<Action>;

const worded = (words: string) => ({ en: words, ru: words });

export function BulkBar({ resource }: { resource: Resource }) {
  const { data = [], total = 0, filterValues, selectedIds, onUnselectItems } = useListContext();
  const [everything, setEverything] = useState(false);
  const [asked, setAsked] = useState<Task | null>(null);
  const words = useWords();
  const label = useLabel();
  const many = selectedIds.length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: "all" applies to the selection at that time.
  useEffect(() => setEverything(false), [many, filterValues]);
  const filters = JSON.stringify(filterValues);
  // Kept selections of an earlier visit were made under other filters.
  const chosenIn = useRef<string | null>(null);
  // Rows that the filters no longer show are not acted on.
  useEffect(() => {
    if (chosenIn.current === filters) return;
    chosenIn.current = filters;
    onUnselectItems();
  }, [filters, onUnselectItems]);
  if (many === 0) return null;
  const wholePage = data.length > 0 && data.every(({ id }) => selectedIds.includes(id));
  const chosen: Chosen = everything ? { filter: listQuery(filterValues) } : { ids: selectedIds };
  return (
    <div className="bulk" role="toolbar" aria-label={words("list.actions")}>
      <strong>{words("list.selected", { n: everything ? total : many })}</strong>
      {wholePage && total > many && !everything ? (
        <Button look="quiet" onClick={() => setEverything(true)}>
          {words("list.everything", { n: total })}
        </Button>
      ) : null}
      {resource.actions
        .filter((action) => action.bulk)
        .map((action) => (
          <Button
            key={action.name}
            look={action.danger ? "danger" : "plain"}
            onClick={() => setAsked(action)}
          >
            {label(action.label)}
          </Button>
        ))}
      {resource.can.edit ? (
        <Button onClick={() => setAsked({ name: "change", label: worded(words("do.changeMany")) })}>
          {words("do.change")}
        </Button>
      ) : null}
      {resource.can.delete ? (
        <Button
          look="danger"
          icon="trash"
          onClick={() =>
            setAsked({
              name: "delete",
              label: worded(words("do.deleteMany")),
              keep: worded(words("do.keepMany")),
              danger: true,
            })
          }
        >
          {words("do.delete")}
        </Button>
      ) : null}
      <Button look="quiet" icon="close" label={words("do.clear")} onClick={() => onUnselectItems()} />
      {asked ? (
        <BulkDialog resource={resource} task={asked} chosen={chosen} onClose={() => setAsked(null)} />
      ) : null}
    </div>
  );
}

interface BulkDialogProps {
  readonly resource: Resource;
  readonly task: Task;
  readonly chosen: Chosen;
  readonly onClose: () => void;
}

function BulkDialog({ resource, task, chosen, onClose }: BulkDialogProps) {
  const { onUnselectItems, refetch } = useListContext();
  const queries = useQueryClient();
  const [counted, setCounted] = useState<BulkAnswer | Error | null>(null);
  const [values, setValues] = useState<Readonly<Record<string, unknown>> | null>(null);
  const [busy, setBusy] = useState(false);
  const notify = useNotify();
  const words = useWords();
  const label = useLabel();
  // The selection is fixed while the dialog is open.
  const [fixed] = useState(chosen);
  useEffect(() => {
    bulk(resource.name, { action: task.name }, fixed, true).then(setCounted, setCounted);
  }, [resource.name, task.name, fixed]);
  const run = async () => {
    setBusy(true);
    try {
      const work = { action: task.name, ...(values ? { values } : {}) };
      const done = await bulk(resource.name, work, fixed, false);
      const refused = done.failed?.length ?? 0;
      const n = done.count - refused;
      if (done.job) notify("bulk.began", { type: "info", messageArgs: { n } });
      else if (refused > 0) notify("bulk.partly", { type: "warning", messageArgs: { n, refused } });
      else notify("bulk.done", { type: "success", messageArgs: { n } });
      onUnselectItems();
      refetch();
      void queries.invalidateQueries({ queryKey: summaryKey(resource.name) });
    } catch (error) {
      notify(error instanceof Error ? error.message : "error.offline", { type: "error" });
    }
    onClose();
  };
  const isReady = counted !== null && !(counted instanceof Error) && counted.count > 0;
  const needsValues = task.name === "change" && values === null;
  const asks = task.asks ?? [];
  const needsAnswer = asks.some(({ name, required }) => required && !values?.[name]);
  return (
    <Confirm
      title={label(task.label)}
      action={label(task.label)}
      keep={label(task.keep)}
      danger={task.danger === true}
      busy={busy || !isReady || needsValues || needsAnswer}
      onConfirm={run}
      onClose={onClose}
    >
      <p className="count" aria-live="polite">
        {counted === null
          ? words("bulk.counting")
          : counted instanceof Error
            ? counted.message
            : words("bulk.count", { n: counted.count })}
      </p>
      {task.name === "change" ? <Change resource={resource} onChange={setValues} /> : null}
      {task.confirm ? <p>{label(task.confirm)}</p> : null}
      {/* A proposed value is one record's, and many are changed here. */}
      <Questions asks={asks} given={values ?? {}} onChange={setValues} />
    </Confirm>
  );
}

interface ChangeProps {
  readonly resource: Resource;
  readonly onChange: (values: Readonly<Record<string, unknown>> | null) => void;
}

/** Chooses one field and its new value. */
function Change({ resource, onChange }: ChangeProps) {
  const fields = resource.fields.filter(({ writable, once }) => writable && !once);
  const [name, setName] = useState("");
  const [value, setValue] = useState<unknown>(null);
  const words = useWords();
  const label = useLabel();
  const id = useId();
  const field = fields.find((each) => each.name === name);
  const choose = (next: string) => {
    const first = fields.find((each) => each.name === next)?.type === "boolean" ? false : null;
    setName(next);
    setValue(first);
    onChange(first === null ? null : { [next]: first });
  };
  return (
    <div className="fields bare">
      <div className="field">
        <label htmlFor={`${id}-field`}>{words("conflict.field")}</label>
        <select id={`${id}-field`} value={name} onChange={(event) => choose(event.target.value)}>
          <option value="">—</option>
          {fields.map((each) => (
            <option key={each.name} value={each.name}>
              {label(each.label)}
            </option>
          ))}
        </select>
      </div>
      {field ? (
        <div className="field">
          <label htmlFor={`${id}-value`}>{words("bulk.value")}</label>
          <Control
            field={field}
            id={`${id}-value`}
            value={value ?? ""}
            onChange={(next) => {
              setValue(next);
              onChange({ [name]: next });
            }}
          />
        </div>
      ) : null}
    </div>
  );
}
