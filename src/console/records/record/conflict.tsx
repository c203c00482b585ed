/** A conflict: both versions side by side, and a choice between them. */
import { type RaRecord, useGetOne, useNotify, useRefresh, useUpdate } from "ra-core";
import { changed } from "../../data.ts";
import { type Resource, useLabel } from "../../declaration.tsx";
import { useWords } from "../../i18n.ts";
import { Button } from "../../kit/button.tsx";
import { Dialog } from "../../kit/dialog.tsx";
import { Value } from "../fields/values.tsx";

interface ConflictProps {
  readonly resource: Resource;
  /** The record when the form was opened. */
  readonly read: RaRecord;
  readonly mine: Readonly<Record<string, unknown>>;
  /** A version was chosen: the edits are settled. */
  readonly onChosen: () => void;
  readonly onClose: () => void;
}

export function Conflict({ resource, read, mine, onChosen, onClose }: ConflictProps) {
  const words = useWords();
  const label = useLabel();
  const refresh = useRefresh();
  const notify = useNotify();
  const [update] = useUpdate();
  // A separate cache key, so that the form keeps its values until a version is chosen.
  const { data: theirs } = useGetOne(
    resource.name,
    { id: read.id, meta: { conflict: read.version } },
    { staleTime: 0 },
  );
  const wanted = changed(resource.name, read, { ...read, ...mine });
  const touched = new Set([
    ...Object.keys(wanted),
    ...Object.keys(theirs ? changed(resource.name, read, theirs) : {}),
  ]);
  const fields = resource.fields.filter(({ name }) => touched.has(name));
  const take = () => {
    onChosen();
    refresh();
    onClose();
  };
  const overwrite = () => {
    if (!theirs) return;
    update(
      resource.name,
      { id: read.id, data: { ...theirs, ...wanted }, previousData: theirs },
      {
        onSuccess: () => {
          notify("ra.notification.updated", { type: "success" });
          take();
        },
        onError: (error) =>
          notify(error instanceof Error ? error.message : "error.offline", { type: "error" }),
      },
    );
  };
  return (
    <Dialog
      title={words("conflict.title")}
      wide
      onClose={onClose}
      footer={
        <>
          <Button onClick={take}>{words("conflict.keepTheirs")}</Button>
          <Button look="main" disabled={!theirs} onClick={overwrite}>
            {words("conflict.keepMine")}
          </Button>
        </>
      }
    >
      <p>{words("conflict.about")}</p>
      <table className="compare">
        <thead>
          <tr>
            <th>{words("conflict.field")}</th>
            <th>{words("conflict.mine")}</th>
            <th>{words("conflict.theirs")}</th>
          </tr>
        </thead>
        <tbody>
          {fields.map((field) => (
            <tr key={field.name}>
              <th scope="row">{label(field.label)}</th>
              <td className={field.name in wanted ? "mark" : ""}>
                <Value field={field} record={{ ...read, ...wanted }} />
              </td>
              <td>{theirs ? <Value field={field} record={theirs} /> : "…"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Dialog>
  );
}
