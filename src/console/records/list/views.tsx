/** Saved views of a list: filters, order and columns under a name, for oneself or for everybody who may see the list. */
import {
  type RaRecord,
  type SavedQuery,
  useCreate,
  useDelete,
  useGetList,
  useListContext,
  useNotify,
  useSavedQueries,
  useUpdate,
} from "ra-core";
import { useId, useState } from "react";
import { listQuery, pathOf } from "../../data.ts";
import { type Resource, useDeclared } from "../../declaration.tsx";
import { useWords } from "../../i18n.ts";
import { Button } from "../../kit/button.tsx";
import { Menu } from "../../kit/menu.tsx";
import { ownId } from "../../own.ts";
import { call } from "../../session.ts";
import { titleOf } from "../fields/titles.ts";
import { useReferenceTitle } from "../fields/values.tsx";
import { useColumns } from "./columns.tsx";

/** The resource of saved views. */
export const VIEWS = "saved-views";

interface Query {
  readonly filter?: Readonly<Record<string, unknown>>;
  readonly sort?: { readonly field: string; readonly order: "asc" | "desc" } | null;
  readonly columns?: readonly string[] | null;
}

interface View extends RaRecord {
  readonly id: number;
  readonly name: string;
  readonly author: number | null;
  readonly is_shared: boolean;
  readonly query: Query;
}

/** What the list shows now, and how it shows something else. */
function useShown(resource: Resource) {
  const { filterValues, sort, setFilters, setSort } = useListContext();
  const { chosen, choose } = useColumns(resource);
  const filter = Object.fromEntries(
    Object.entries(listQuery(filterValues)).filter(([, value]) => value !== undefined && value !== ""),
  );
  const now: Query = {
    filter,
    sort: { field: sort.field, order: sort.order === "DESC" ? "desc" : "asc" },
    columns: chosen,
  };
  const show = ({ filter: { search, ...rest } = {}, sort: order, columns = null }: Query) => {
    const known = new Set(resource.filters.map(({ name }) => name));
    const kept = Object.entries(rest).filter(([name]) => known.has(name));
    setFilters({ ...Object.fromEntries(kept), ...(search ? { q: search } : {}) }, {}, false);
    if (order) setSort({ field: order.field, order: order.order === "desc" ? "DESC" : "ASC" });
    choose(columns);
  };
  return { now, show };
}

/** Whether two views show the same; the order of filters does not matter. */
function isSame(one: Query, other: Query): boolean {
  const text = ({ filter = {}, sort = null, columns = null }: Query) =>
    JSON.stringify([
      Object.entries(filter)
        .map(([name, value]) => [name, String(value)])
        .sort(),
      sort && [sort.field, sort.order],
      columns,
    ]);
  return text(one) === text(other);
}

function useViews({ name }: Resource) {
  const { data = [] } = useGetList<View>(VIEWS, {
    filter: { resource: name },
    sort: { field: "name", order: "ASC" },
    pagination: { page: 1, perPage: 100 },
  });
  return data;
}

export function SavedViews({ resource, maySave }: { resource: Resource; maySave: boolean }) {
  const words = useWords();
  const { now } = useShown(resource);
  const active = useViews(resource).find(({ query }) => isSame(query, now));
  return (
    <Menu icon="star" label={words("list.views")} shows={active?.name}>
      {(close) => <Panel resource={resource} active={active} maySave={maySave} close={close} />}
    </Menu>
  );
}

interface PanelProps {
  readonly resource: Resource;
  readonly active: View | undefined;
  readonly maySave: boolean;
  readonly close: () => void;
}

function Panel({ resource, active, maySave, close }: PanelProps) {
  const views = useViews(resource);
  const { show } = useShown(resource);
  const words = useWords();
  const use = (query: Query) => {
    show(query);
    close();
  };
  return (
    <div className="saved-panel">
      {views.length === 0 ? <p className="quiet">{words("list.noViews")}</p> : null}
      {views.map((view) => (
        <ViewRow key={view.id} view={view} isActive={view === active} onUse={() => use(view.query)} />
      ))}
      <KeptHere resource={resource} onUse={use} />
      {maySave ? <SaveForm key={active?.id} resource={resource} views={views} active={active} /> : null}
    </div>
  );
}

function ViewRow({ view, isActive, onUse }: { view: View; isActive: boolean; onUse: () => void }) {
  const words = useWords();
  const notify = useNotify();
  // Administrators, who alone change accounts, also remove the views of others. The API decides.
  const isAdministrator = useDeclared("users")?.can.edit === true;
  const isOwn = view.author === ownId();
  const author = useReferenceTitle("users", isOwn ? null : view.author);
  const [remove] = useDelete<View>(
    VIEWS,
    { id: view.id, previousData: view },
    {
      onError: (error) => notify(error instanceof Error ? error.message : "error.offline", { type: "error" }),
    },
  );
  const about = isOwn
    ? view.is_shared
      ? words("list.viewShared")
      : ""
    : (author ?? words("list.viewShared"));
  return (
    <div className="saved-row">
      <button type="button" className="option" aria-current={isActive || undefined} onClick={onUse}>
        <span>{view.name}</span>
        {about ? <small>{about}</small> : null}
      </button>
      {isOwn || isAdministrator ? (
        <Button
          look="quiet"
          icon="trash"
          label={`${words("do.remove")}: ${view.name}`}
          onClick={() => void remove()}
        />
      ) : null}
    </div>
  );
}

interface SaveFormProps {
  readonly resource: Resource;
  readonly views: readonly View[];
  readonly active: View | undefined;
}

/** Saves what the list shows now; under the name of an own view it replaces that one. */
function SaveForm({ resource, views, active }: SaveFormProps) {
  const { now } = useShown(resource);
  const [name, setName] = useState("");
  const [isShared, setShared] = useState(active?.is_shared ?? false);
  const [create] = useCreate(VIEWS, undefined, { returnPromise: true });
  const [update] = useUpdate(VIEWS, undefined, { returnPromise: true });
  const notify = useNotify();
  const words = useWords();
  const id = useId();
  const save = async () => {
    const wanted = name.trim();
    if (!wanted) return;
    const data = { query: now, is_shared: isShared };
    const own = views.find((view) => view.name === wanted && view.author === ownId());
    try {
      if (own) {
        // A change names the version that it replaces.
        const previousData = await call<View>("GET", pathOf(VIEWS, own.id));
        await update(VIEWS, { id: own.id, data: { ...previousData, ...data }, previousData });
      } else await create(VIEWS, { data: { ...data, name: wanted, resource: resource.name } });
      setName("");
      notify("list.viewSaved", { type: "success" });
    } catch (error) {
      notify(error instanceof Error ? error.message : "error.offline", { type: "error" });
    }
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <input
        aria-label={words("list.name")}
        placeholder={words("list.saveAs")}
        value={name}
        maxLength={60}
        onChange={(event) => setName(event.target.value)}
      />
      <label htmlFor={id}>
        <input
          id={id}
          type="checkbox"
          checked={isShared}
          onChange={(event) => setShared(event.target.checked)}
        />
        {words("list.share")}
      </label>
      <Button type="submit" icon="plus" disabled={!name.trim()}>
        {words("do.save")}
      </Button>
    </form>
  );
}

/** Filters that were saved in this browser before views were kept on the server. */
function KeptHere({ resource, onUse }: { resource: Resource; onUse: (query: Query) => void }) {
  const [saved, setSaved] = useSavedQueries(resource.name);
  const words = useWords();
  const queryOf = ({ value }: SavedQuery): Query => {
    const { q, ...filter } = value.filter ?? {};
    return {
      filter: { ...filter, ...(q ? { search: q } : {}) },
      sort: value.sort
        ? { field: value.sort.field, order: value.sort.order === "DESC" ? "desc" : "asc" }
        : null,
    };
  };
  return saved.map((each) => (
    <div className="saved-row" key={each.label}>
      <button type="button" className="option" onClick={() => onUse(queryOf(each))}>
        <span>{each.label}</span>
        <small>{words("list.inBrowser")}</small>
      </button>
      <Button
        look="quiet"
        icon="trash"
        label={`${words("do.remove")}: ${titleOf({ name: each.label })}`}
        onClick={() => setSaved(saved.filter(({ label }) => label !== each.label))}
      />
    </div>
  ));
}
