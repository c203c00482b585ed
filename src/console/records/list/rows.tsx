/** The rows of a list: a table on a wide screen, cards on a narrow one. */
import { type RaRecord, useListContext } from "ra-core";
import { Link, useNavigate } from "react-router-dom";
import { type Field, type Resource, useLabel } from "../../declaration.tsx";
import { useFormats, useWords } from "../../i18n.ts";
import { Button } from "../../kit/button.tsx";
import { InfoText, Loading } from "../../kit/page.tsx";
import { useOnline } from "../../online.ts";
import { shortId, titleOf } from "../fields/titles.ts";
import { Value } from "../fields/values.tsx";
import { Gallery } from "../files/gallery.tsx";
import { useColumns } from "./columns.tsx";
import { Totals } from "./summary.tsx";

export function Rows({ resource }: { resource: Resource }) {
  const { data, isPending, error, filterValues, selectedIds, onSelect, refetch } = useListContext();
  const words = useWords();
  const label = useLabel();
  const isOnline = useOnline();
  const { shown: columns } = useColumns(resource);
  const chooses = resource.actions.some(({ bulk }) => bulk) || resource.can.delete;
  if (error && isOnline)
    return (
      <InfoText icon="alert" text={String(error.message)}>
        <Button onClick={() => refetch()}>{words("do.retry")}</Button>
      </InfoText>
    );
  if (!data && !isOnline) return <InfoText icon="alert" text={words("error.offlineEmpty")} />;
  if (!isPending && data?.length === 0)
    return (
      <InfoText text={words(Object.keys(filterValues).length > 0 ? "list.emptyFiltered" : "list.empty")} />
    );
  const all = (data ?? []).map(({ id }) => id);
  const chosen = all.filter((id) => selectedIds.includes(id));
  return (
    <Gallery resource={resource} records={data ?? []}>
      <div className="table-frame" aria-busy={isPending}>
        <table className="rows">
          <thead>
            <tr>
              {chooses ? (
                <th className="tick">
                  <input
                    type="checkbox"
                    aria-label={words("list.selectAll")}
                    checked={all.length > 0 && chosen.length === all.length}
                    onChange={() =>
                      onSelect(
                        chosen.length === all.length
                          ? selectedIds.filter((id) => !all.includes(id))
                          : [...new Set([...selectedIds, ...all])],
                      )
                    }
                  />
                </th>
              ) : null}
              <Heading name="id" type="text" title="№" sortable />
              {columns.map(({ name, type, sortable, label: title }) => (
                <Heading key={name} name={name} type={type} title={label(title)} sortable={sortable} />
              ))}
            </tr>
          </thead>
          <tbody>
            {(data ?? []).map((record: RaRecord) => (
              <Row
                key={record.id}
                resource={resource}
                columns={columns}
                record={record}
                chooses={chooses}
                label={label}
              />
            ))}
          </tbody>
          <Totals resource={resource} columns={columns} before={chooses ? 2 : 1} />
        </table>
        {isPending ? <Loading /> : null}
      </div>
    </Gallery>
  );
}

interface RowProps {
  readonly resource: Resource;
  readonly columns: readonly Field[];
  readonly record: RaRecord;
  readonly chooses: boolean;
  readonly label: ReturnType<typeof useLabel>;
}

/** The first cell holds the link; a click anywhere in the row follows it. */
function Row({ resource, columns, record, chooses, label }: RowProps) {
  const { selectedIds, onToggleItem } = useListContext();
  const navigate = useNavigate();
  const words = useWords();
  const path = `/${resource.name}/${encodeURIComponent(record.id)}`;
  return (
    <tr
      className={selectedIds.includes(record.id) ? "chosen" : ""}
      onClick={(event) => {
        if (event.target instanceof Element && event.target.closest("a, input, button")) return;
        if (!getSelection()?.toString()) navigate(path);
      }}
    >
      {chooses ? (
        <td className="tick">
          <input
            type="checkbox"
            aria-label={words("list.selectOne", { name: titleOf(record) })}
            checked={selectedIds.includes(record.id)}
            onChange={() => onToggleItem(record.id)}
          />
        </td>
      ) : null}
      <td data-label="№" data-type="id">
        <Link to={path} className="record-link">
          {shortId(record.id)}
        </Link>
      </td>
      {columns.map((field) => (
        <td key={field.name} data-label={label(field.label)} data-type={field.type}>
          {field.name === resource.title && field.type !== "reference" ? (
            <Link to={path} className="record-link">
              <Value field={field} record={record} inList />
            </Link>
          ) : (
            <Value field={field} record={record} inList />
          )}
        </td>
      ))}
    </tr>
  );
}

interface HeadingProps {
  readonly name: string;
  readonly type: Field["type"];
  readonly title: string;
  readonly sortable: boolean;
}

function Heading({ name, type, title, sortable }: HeadingProps) {
  const { sort, setSort } = useListContext();
  const formats = useFormats();
  // The zone of a column's times is told once.
  const zone = type === "instant" ? <small className="quiet"> {formats.zone()}</small> : null;
  if (!sortable)
    return (
      <th data-type={type}>
        {title}
        {zone}
      </th>
    );
  const active = sort.field === name;
  const up = sort.order === "ASC";
  // Times sort the newest first, other fields ascending.
  const order = active ? (up ? "DESC" : "ASC") : type === "instant" ? "DESC" : "ASC";
  return (
    <th data-type={type} aria-sort={active ? (up ? "ascending" : "descending") : "none"}>
      <button type="button" className="sort" onClick={() => setSort({ field: name, order })}>
        {title}
        <span aria-hidden="true">{active ? (up ? "\u00a0↑" : "\u00a0↓") : ""}</span>
      </button>
      {zone}
    </th>
  );
}
