/** The audit log: who changed what, before and after, with Revert. */
import { type RaRecord, useListContext, useNotify, useRefresh } from "ra-core";
import { useState } from "react";
import { Link } from "react-router-dom";
import { deedOf } from "../code-names.ts";
import { useCode } from "../codes.ts";
import {
  type Field,
  isOffered,
  type Resource,
  useDeclared,
  useLabel,
  useResources,
} from "../declaration.tsx";
import { useWords } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { InfoText } from "../kit/page.tsx";
import { shortId } from "../records/fields/titles.ts";
import { Ago, Value } from "../records/fields/values.tsx";
import { ListPage } from "../records/list/list.tsx";
import { ActionDialog } from "../records/record/action-dialog.tsx";
import { type AuditedChange, changesOf } from "./audit-changes.ts";

type Facts = Readonly<Record<string, unknown>>;

export interface AuditRow extends RaRecord {
  readonly at: string;
  readonly actor: number | null;
  readonly action: string;
  /** `user:12`. */
  readonly subject: string;
  readonly before: Facts | null;
  readonly after: Facts | null;
}

export function AuditPage({ resource }: { resource: Resource }) {
  return (
    <ListPage resource={resource}>
      <Cards />
    </ListPage>
  );
}

function Cards() {
  const { data, isPending } = useListContext<AuditRow>();
  const words = useWords();
  if (!isPending && data?.length === 0) return <InfoText text={words("audit.nothing")} />;
  return (
    <ol className="audit">
      {(data ?? []).map((row) => (
        <AuditCard key={row.id} row={row} />
      ))}
    </ol>
  );
}

const ACTOR: Field = {
  name: "actor",
  type: "reference",
  reference: "users",
  label: { en: "", ru: "" },
  list: true,
  writable: false,
  once: false,
  required: false,
  sortable: false,
};

export function AuditCard({ row }: { row: AuditRow }) {
  const resources = useResources();
  const log = useDeclared("audit-log");
  const words = useWords();
  const label = useLabel();
  const notify = useNotify();
  const refresh = useRefresh();
  const [asked, setAsked] = useState(false);
  const [kind = "", ...rest] = row.subject.split(":");
  const id = rest.join(":");
  const about = resources.find(({ subject }) => subject === kind);
  const changes = changesOf(row, about);
  const deed = about?.actions.find(({ name }) => name === deedOf(row.action));
  const code = useCode();
  const revert = log?.actions.find(({ name }) => name === "revert");
  return (
    <li className="audit-card">
      <header>
        <strong>{deed ? label(deed.label) : code(deedOf(row.action))}</strong>
        {about ? (
          <Link to={`/${about.name}/${encodeURIComponent(id)}`}>
            {label(about.label)}: {shortId(id)}
          </Link>
        ) : (
          <span>{row.subject}</span>
        )}
        <span className="by">
          {row.actor === null ? "—" : <Value field={ACTOR} record={row} />} · <Ago value={row.at} />
        </span>
        {log && revert && isOffered(revert, row) ? (
          <Button icon="undo" onClick={() => setAsked(true)}>
            {label(revert.label)}
          </Button>
        ) : null}
      </header>
      {changes.length > 0 ? (
        <table className="compare">
          <thead>
            <tr>
              <th>{words("conflict.field")}</th>
              {row.before ? <th>{words("audit.before")}</th> : null}
              <th>{words("audit.after")}</th>
            </tr>
          </thead>
          <tbody>
            {changes.map((change) => (
              <tr key={change.field.name}>
                <th scope="row">{label(change.field.label)}</th>
                {row.before ? (
                  <td className="was">
                    <Side change={change} side="before" row={row} />
                  </td>
                ) : null}
                <td className="mark">
                  <Side change={change} side="after" row={row} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
      {asked && log && revert ? (
        <ActionDialog
          resource={log}
          record={row}
          action={revert}
          onDone={() => {
            notify("audit.reverted", { type: "success" });
            refresh();
          }}
          onClose={() => setAsked(false)}
        />
      ) : null}
    </li>
  );
}

interface SideProps {
  readonly change: AuditedChange;
  readonly side: "before" | "after";
  readonly row: AuditRow;
}

function Side({ change, side, row }: SideProps) {
  const { field } = change;
  return <Value field={field} record={{ ...row[side], [field.name]: change[side], id: row.id }} />;
}
