/** What can be done to the chosen rows. The server counts first; only then it is asked to run. */
import { useListContext, useNotify } from "ra-core";
import { useEffect, useState } from "react";
import { type BulkAnswer, bulk } from "../data.ts";
import { type Action, type Resource, useLabel } from "../declaration.tsx";
import { useWords } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Confirm } from "../kit/dialog.tsx";

export function BulkBar({ resource }: { resource: Resource }) {
  const { selectedIds, onUnselectItems } = useListContext();
  const words = useWords();
  const label = useLabel();
  const [asked, setAsked] = useState<Pick<Action, "name" | "label" | "confirm"> | null>(null);
  if (selectedIds.length === 0) return null;
  const remove = { name: "delete", label: { en: words("do.delete"), ru: words("do.delete") } };
  return (
    <div className="bulk" role="toolbar" aria-label={words("list.actions")}>
      <strong>{words("list.selected", { n: selectedIds.length })}</strong>
      {resource.actions
        .filter((action) => action.bulk)
        .map((action) => (
          <Button key={action.name} onClick={() => setAsked(action)}>
            {label(action.label)}
          </Button>
        ))}
      {resource.can.delete ? (
        <Button look="danger" icon="trash" onClick={() => setAsked(remove)}>
          {words("do.delete")}
        </Button>
      ) : null}
      <Button look="quiet" icon="close" label={words("do.clear")} onClick={() => onUnselectItems()} />
      {asked ? <BulkDialog resource={resource} action={asked} onClose={() => setAsked(null)} /> : null}
    </div>
  );
}

interface BulkDialogProps {
  readonly resource: Resource;
  readonly action: Pick<Action, "name" | "label" | "confirm">;
  readonly onClose: () => void;
}

function BulkDialog({ resource, action, onClose }: BulkDialogProps) {
  const { selectedIds, onUnselectItems, refetch } = useListContext();
  const [counted, setCounted] = useState<BulkAnswer | Error | null>(null);
  const [busy, setBusy] = useState(false);
  const notify = useNotify();
  const words = useWords();
  const label = useLabel();
  useEffect(() => {
    bulk(resource.name, action.name, selectedIds, true).then(setCounted, setCounted);
  }, [resource.name, action.name, selectedIds]);
  const run = async () => {
    setBusy(true);
    try {
      const done = await bulk(resource.name, action.name, selectedIds, false);
      const refused = done.failed?.length ?? 0;
      if (done.job) notify("bulk.began", { type: "info", messageArgs: { n: done.count } });
      else if (refused > 0)
        notify("bulk.partly", { type: "warning", messageArgs: { n: done.count - refused, refused } });
      else notify("bulk.done", { type: "success", messageArgs: { n: done.count } });
      onUnselectItems();
      refetch();
    } catch (error) {
      notify(error instanceof Error ? error.message : "error.offline", { type: "error" });
    }
    onClose();
  };
  const ready = counted !== null && !(counted instanceof Error) && counted.count > 0;
  return (
    <Confirm
      title={label(action.label)}
      action={label(action.label)}
      danger={action.name === "delete"}
      busy={busy || !ready}
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
      {action.confirm ? <p>{label(action.confirm)}</p> : null}
    </Confirm>
  );
}
