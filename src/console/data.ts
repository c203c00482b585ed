/** ra-core's data provider over `/api/admin/`. A change sends the version that was read and only the changed fields. */
import type { DataProvider, Identifier } from "ra-core";
import { declared } from "./declaration.tsx";
import { call } from "./session.ts";

interface Page {
  readonly count: number;
  readonly results: readonly Facts[];
}
type Facts = Readonly<Record<string, unknown>>;

export interface BulkAnswer {
  readonly count: number;
  /** Rows that failed, each with its reason. */
  readonly failed?: readonly { readonly id: string; readonly detail: unknown }[];
  /** The background job, for many rows. */
  readonly job?: string;
}

export const pathOf = (resource: string, ...rest: readonly Identifier[]) =>
  `/api/admin/${[resource, ...rest.map((part) => encodeURIComponent(String(part)))].join("/")}/`;

/** A list's filters as the API's query; `q` is the search box. */
export function listQuery(
  filter: Facts,
  sort?: { field: string; order: string },
  pagination?: { page: number; perPage: number },
): Facts {
  const { q, ...rest } = filter;
  return {
    ...(pagination ? { page: pagination.page, per_page: pagination.perPage } : {}),
    ...(sort ? { sort: sort.field, order: sort.order.toLowerCase() } : {}),
    search: q,
    ...Object.fromEntries(
      Object.entries(rest).map(([name, value]) => [name, Array.isArray(value) ? value.join(",") : value]),
    ),
  };
}

/** Writable fields whose value has changed. */
export function changed(resource: string, before: Facts, after: Facts): Facts {
  const writable = (declared(resource)?.fields ?? []).filter(({ writable, once }) => writable && !once);
  return Object.fromEntries(
    writable
      .map(({ name }) => [name, after[name] === undefined ? before[name] : after[name]] as const)
      .filter(([name, value]) => JSON.stringify(value ?? null) !== JSON.stringify(before[name] ?? null)),
  );
}

async function list(resource: string, query: Facts, signal?: AbortSignal) {
  const page = await call<Page>("GET", pathOf(resource), { query, signal });
  return { data: page.results, total: page.count };
}

async function many(resource: string, ids: readonly Identifier[], signal?: AbortSignal) {
  const pages = await Promise.all(
    chunks([...new Set(ids)], 100).map((part) =>
      list(resource, { ids: part.join(","), per_page: 100 }, signal),
    ),
  );
  return { data: pages.flatMap(({ data }) => data) };
}

function chunks<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  );
}

/** Rows by ids, or all rows of a list's query. */
export type Chosen = { readonly ids: readonly Identifier[] } | { readonly filter: Facts };

export interface Task {
  readonly action: string;
  /** The values that `change` writes. */
  readonly values?: Facts;
}

/** Runs a bulk operation, or only counts the rows. */
export function bulk(resource: string, task: Task, chosen: Chosen, dryRun: boolean) {
  return call<BulkAnswer>("POST", pathOf(resource, "bulk"), {
    body: { ...task, ...chosen, dry_run: dryRun },
  });
}

/** ra-core expects the caller's type; the value is the API's response. */
const provider = {
  supportAbortSignal: true,
  getList: (resource: string, { filter, sort, pagination, signal }: Params) =>
    list(resource, listQuery(filter ?? {}, sort, pagination), signal),
  getManyReference: (resource: string, { target, id, filter, sort, pagination, signal }: Params) =>
    list(resource, listQuery({ ...filter, [target ?? ""]: id }, sort, pagination), signal),
  getMany: (resource: string, { ids = [], signal }: Params) => many(resource, ids, signal),
  async getOne(resource: string, { id = "", signal }: Params) {
    return { data: await call<Facts>("GET", pathOf(resource, id), { signal }) };
  },
  async create(resource: string, { data = {} }: Params) {
    return { data: await call<Facts>("POST", pathOf(resource), { body: data }) };
  },
  async update(resource: string, { id = "", data = {}, previousData = {} }: Params) {
    const body = changed(resource, previousData, data);
    const version = String(data.version ?? previousData.version ?? "");
    return { data: await call<Facts>("PATCH", pathOf(resource, id), { body, version }) };
  },
  async delete(resource: string, { id = "", previousData = {} }: Params) {
    const version = previousData.version === undefined ? undefined : String(previousData.version);
    await call("DELETE", pathOf(resource, id), { version });
    return { data: { ...previousData, id } };
  },
  async deleteMany(resource: string, { ids = [] }: Params) {
    await bulk(resource, { action: "delete" }, { ids }, false);
    return { data: [...ids] };
  },
  async updateMany(resource: string, { ids = [] }: Params) {
    throw new Error(`bulk changes of ${resource} (${ids.length}) go through bulk actions`);
  },
};
export const dataProvider = provider as unknown as DataProvider;

/**
 * Whether a record was read by itself. ra-core keeps the rows of a list as records, too: those have no version, no actions
 * and not all fields, so a page reads the record anew before it shows a form.
 */
export const isWhole = (record: unknown): boolean =>
  typeof record === "object" && record !== null && "version" in record;

interface Params {
  readonly id?: Identifier;
  readonly ids?: readonly Identifier[];
  readonly target?: string;
  readonly filter?: Facts;
  readonly sort?: { field: string; order: string };
  readonly pagination?: { page: number; perPage: number };
  readonly data?: Facts;
  readonly previousData?: Facts;
  readonly signal?: AbortSignal;
}
