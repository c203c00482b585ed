/** Any resource as a list: search, filters, order, pages, choice of rows. What is shown is in the address, so it can be sent to a colleague. */
import { ListBase, type RaRecord, useListContext } from "ra-core";
import type { ReactNode } from "react";
import { Link, useNavigate } from "react-router-dom";
import { listQuery, pathOf } from "../data.ts";
import { type Field, type Resource, useLabel } from "../declaration.tsx";
import { useWords } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Icon } from "../kit/icon.tsx";
import { InfoText, PageTitle } from "../kit/page.tsx";
import { download } from "../session.ts";
import { BulkBar } from "./bulk.tsx";
import { Filters } from "./filters.tsx";
import { SavedFilters } from "./saved.tsx";
import { shortId, titleOf } from "./titles.ts";
import { Value } from "./values.tsx";

/** `children` stand where the table would: the same list, shown otherwise. */
export function ListPage({ resource, children }: { resource: Resource; children?: ReactNode }) {
  const label = useLabel();
  return (
    <ListBase
      key={resource.name}
      resource={resource.name}
      sort={{ field: resource.sort.field, order: resource.sort.order === "desc" ? "DESC" : "ASC" }}
      perPage={25}
      storeKey={`list.${resource.name}`}
    >
      <section className="page">
        <Head resource={resource} title={label(resource.label)} />
        <Filters resource={resource} />
        <BulkBar resource={resource} />
        {children ?? <Rows resource={resource} />}
        <Pager />
      </section>
    </ListBase>
  );
}

function Head({ resource, title }: { resource: Resource; title: string }) {
  const { total, filterValues } = useListContext();
  const words = useWords();
  return (
    <PageTitle title={title} note={total === undefined ? "" : words("list.count", { n: total })}>
      <SavedFilters resource={resource} />
      {resource.can.export ? (
        <Button
          icon="download"
          label={words("do.export")}
          onClick={() =>
            download(
              pathOf(resource.name, "export.csv").slice(0, -1),
              listQuery(filterValues),
              `${resource.name}.csv`,
            )
          }
        />
      ) : null}
      {resource.can.create ? (
        <Link className="button main" to={`/${resource.name}/create`}>
          <Icon name="plus" />
          <span>{words("do.create")}</span>
        </Link>
      ) : null}
    </PageTitle>
  );
}

function Rows({ resource }: { resource: Resource }) {
  const { data, isPending, error, filterValues, selectedIds, onSelect, refetch } = useListContext();
  const words = useWords();
  const label = useLabel();
  const columns = resource.fields.filter(({ list }) => list);
  const chooses = resource.actions.some(({ bulk }) => bulk) || resource.can.delete;
  if (error)
    return (
      <InfoText icon="alert" text={String(error.message)}>
        <Button onClick={() => refetch()}>{words("do.retry")}</Button>
      </InfoText>
    );
  if (!isPending && data?.length === 0)
    return (
      <InfoText text={words(Object.keys(filterValues).length > 0 ? "list.emptyFiltered" : "list.empty")} />
    );
  const all = (data ?? []).map(({ id }) => id);
  const chosen = all.filter((id) => selectedIds.includes(id));
  return (
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
      </table>
    </div>
  );
}

interface RowProps {
  readonly resource: Resource;
  readonly columns: readonly Field[];
  readonly record: RaRecord;
  readonly chooses: boolean;
  readonly label: ReturnType<typeof useLabel>;
}

/** The first cell holds the link; the whole row is a wider target for a mouse. */
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
              <Value field={field} record={record} />
            </Link>
          ) : (
            <Value field={field} record={record} />
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
  if (!sortable) return <th data-type={type}>{title}</th>;
  const active = sort.field === name;
  const up = sort.order === "ASC";
  // Newest first; everything else from its beginning.
  const order = active ? (up ? "DESC" : "ASC") : type === "instant" ? "DESC" : "ASC";
  return (
    <th data-type={type} aria-sort={active ? (up ? "ascending" : "descending") : "none"}>
      <button type="button" className="sort" onClick={() => setSort({ field: name, order })}>
        {title}
        <span aria-hidden="true">{active ? (up ? " ↑" : " ↓") : ""}</span>
      </button>
    </th>
  );
}

function Pager() {
  const { page, perPage, total = 0, setPage, setPerPage, hasNextPage, hasPreviousPage } = useListContext();
  const words = useWords();
  if (total === 0) return null;
  return (
    <nav className="pager" aria-label={words("list.perPage")}>
      <label>
        {words("list.perPage")}
        <select value={perPage} onChange={(event) => setPerPage(Number(event.target.value))}>
          {[10, 25, 50, 100].map((rows) => (
            <option key={rows}>{rows}</option>
          ))}
        </select>
      </label>
      <span>
        {words("list.page", { from: (page - 1) * perPage + 1, to: Math.min(page * perPage, total), total })}
      </span>
      <Button
        icon="left"
        label={words("list.previous")}
        disabled={!hasPreviousPage}
        onClick={() => setPage(page - 1)}
      />
      <Button
        icon="right"
        label={words("list.next")}
        disabled={!hasNextPage}
        onClick={() => setPage(page + 1)}
      />
    </nav>
  );
}
