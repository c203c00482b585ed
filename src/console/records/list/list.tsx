/** The list of any resource: search, filters, order, pages, selection. Its state is in the address, so a link shows the same. */

import { useRoom } from "@caravan/client/react";
import { useQueryClient } from "@tanstack/react-query";
import { ListBase, useListContext } from "ra-core";
import { type ReactNode, useRef } from "react";
import { Link } from "react-router-dom";
import { type Resource, useDeclared, useLabel, useOpsRoom } from "../../declaration.tsx";
import { useWords } from "../../i18n.ts";
import { Button } from "../../kit/button.tsx";
import { Icon } from "../../kit/icon.tsx";
import { PageTitle } from "../../kit/page.tsx";
import { BulkBar } from "./bulk.tsx";
import { ColumnsMenu } from "./columns.tsx";
import { ExportButton } from "./export.tsx";
import { Filters } from "./filters.tsx";
import { Rows } from "./rows.tsx";
import { summaryKey } from "./summary.tsx";
import { SavedViews, VIEWS } from "./views.tsx";

/** `children` replace the table. */
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
      <section className="page list">
        <Live resource={resource} />
        <Head resource={resource} title={label(resource.label)} hasColumns={!children} />
        <Filters resource={resource} />
        <BulkBar resource={resource} />
        {children ?? <Rows resource={resource} />}
        <Pager />
      </section>
    </ListBase>
  );
}

/** Resources that change with entries of the operators' room, by the entries' kind. */
const TOLD: Readonly<Record<string, string>> = { order: "order", ticket: "ticket" };

/** Reloads a list whose rows changed, at most every two seconds, and its numbers at most every ten. */
function Live({ resource }: { resource: Resource }) {
  const { refetch } = useListContext();
  const queries = useQueryClient();
  const counting = useRef<ReturnType<typeof setTimeout> | null>(null);
  const told = TOLD[resource.subject];
  const waiting = useRef<ReturnType<typeof setTimeout> | null>(null);
  const ops = useOpsRoom();
  useRoom(told ? ops : null, {
    entry({ kind }) {
      if (kind !== told) return;
      waiting.current ??= setTimeout(() => {
        waiting.current = null;
        refetch();
      }, 2000);
      counting.current ??= setTimeout(() => {
        counting.current = null;
        void queries.invalidateQueries({ queryKey: summaryKey(resource.name) });
      }, 10_000);
    },
  });
  return null;
}

interface HeadProps {
  readonly resource: Resource;
  readonly title: string;
  readonly hasColumns: boolean;
}

function Head({ resource, title, hasColumns }: HeadProps) {
  const { total } = useListContext();
  const views = useDeclared(VIEWS);
  const words = useWords();
  return (
    <PageTitle title={title} note={total === undefined ? "" : words("list.count", { n: total })}>
      {views ? <SavedViews resource={resource} maySave={views.can.create} /> : null}
      {hasColumns ? <ColumnsMenu resource={resource} /> : null}
      {resource.can.export ? <ExportButton resource={resource} /> : null}
      {/* Orders have a page of their own for a caller's order. */}
      {resource.can.create || resource.further.includes("take") ? (
        <Link className="button main" to={`/${resource.name}/create`}>
          <Icon name="plus" />
          <span>{words("do.create")}</span>
        </Link>
      ) : null}
    </PageTitle>
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
