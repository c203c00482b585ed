/** The declared actions of a record that are possible now, and deleting it. */
import { type RaRecord, useDelete, useNotify, useRefresh } from "ra-core";
import { useState } from "react";
import { useNavigate } from "react-router-dom";
import { type Action, isOffered, type Resource, useLabel } from "../../declaration.tsx";
import { useWords } from "../../i18n.ts";
import { Button } from "../../kit/button.tsx";
import { Confirm, Dialog } from "../../kit/dialog.tsx";
import { openFile } from "../../session.ts";
import { titleOf } from "../fields/titles.ts";
import { ActionDialog, hasDialog, runAction } from "./action-dialog.tsx";

interface ActionsProps {
  readonly resource: Resource;
  readonly record: RaRecord;
  /** The action whose button stands out. */
  readonly main?: string | undefined;
}

export function RecordActions({ resource, record, main }: ActionsProps) {
  const [asked, setAsked] = useState<Action | "delete" | null>(null);
  const [answer, setAnswer] = useState<Readonly<Record<string, unknown>> | null>(null);
  const [busy, setBusy] = useState(false);
  const [remove] = useDelete();
  const notify = useNotify();
  const refresh = useRefresh();
  const navigate = useNavigate();
  const words = useWords();
  const label = useLabel();
  const title = titleOf(record, resource.title);

  const done = (action: Action, told: Readonly<Record<string, unknown>> | null) => {
    notify("record.done", { type: "success", messageArgs: { name: label(action.label) } });
    if (typeof told?.url === "string") openFile(told.url);
    else if (told && Object.keys(told).length > 0) setAnswer(told);
    refresh();
  };
  const run = async (action: Action) => {
    setBusy(true);
    try {
      done(action, await runAction(resource, record, action, {}));
    } catch (error) {
      notify(error instanceof Error ? error.message : "error.offline", { type: "error" });
      refresh();
    }
    setBusy(false);
  };
  const removeIt = () =>
    remove(
      resource.name,
      { id: record.id, previousData: record },
      {
        mutationMode: "pessimistic",
        onSuccess: () => {
          notify("ra.notification.deleted", { type: "success" });
          navigate(`/${resource.name}`);
        },
        onError: (error) => {
          notify(error instanceof Error ? error.message : "error.offline", { type: "error" });
          setAsked(null);
        },
      },
    );
  return (
    <>
      {resource.actions
        .filter((action) => isOffered(action, record))
        .map((action) => (
          <Button
            key={action.name}
            look={action.danger ? "danger" : action.name === main ? "main" : "plain"}
            disabled={busy}
            onClick={() => (hasDialog(action) ? setAsked(action) : run(action))}
          >
            {label(action.label)}
          </Button>
        ))}
      {resource.can.delete ? (
        <Button
          look="danger"
          icon="trash"
          label={words("do.deleteRecord")}
          onClick={() => setAsked("delete")}
        />
      ) : null}
      {asked === "delete" ? (
        <Confirm
          title={words("record.deleteTitle", { name: title })}
          action={words("do.deleteRecord")}
          keep={words("do.keepRecord")}
          danger
          onConfirm={removeIt}
          onClose={() => setAsked(null)}
        >
          <p>{words("record.sure")}</p>
        </Confirm>
      ) : asked ? (
        <ActionDialog
          resource={resource}
          record={record}
          action={asked}
          onDone={(told) => done(asked, told)}
          onClose={() => setAsked(null)}
        />
      ) : null}
      {answer ? <Told answer={answer} onClose={() => setAnswer(null)} /> : null}
    </>
  );
}

/** An action's result, shown once (a temporary password is shown nowhere else). */
function Told({ answer, onClose }: { answer: Readonly<Record<string, unknown>>; onClose: () => void }) {
  const words = useWords();
  return (
    <Dialog title={words("record.details")} onClose={onClose}>
      <dl className="facts">
        {Object.entries(answer).map(([name, value]) => (
          <div key={name}>
            <dt>{name.replaceAll("_", " ")}</dt>
            <dd>
              <code>{typeof value === "string" ? value : JSON.stringify(value)}</code>
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
