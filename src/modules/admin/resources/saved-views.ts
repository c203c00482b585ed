/** Saved views of lists: filters, order and columns under a name, private or shared with everybody who may see the list. */
import { and, eq, or, type SQL, sql } from "drizzle-orm";
import { type Caller, isAdministrator } from "../../../platform/http/caller.ts";
import { forbidden, invalid } from "../../../platform/http/errors.ts";
import { boolean, string } from "../../../platform/http/input/fields.ts";
import { fill } from "../../../platform/http/messages.ts";
import { text } from "../../../platform/http/text.ts";
import { filtersOf } from "../../../platform/resources/filters.ts";
import {
  ALL,
  type Change,
  type Consequences,
  field,
  type Resource,
  resource,
  type Subject,
} from "../../../platform/resources/resource.ts";
import { z } from "../../../platform/zod.ts";
import { fieldsFor, may } from "../rights.ts";
import { savedViews, type ViewQuery } from "../tables.ts";

/** The most views of one author. */
const MOST = 100;
/** The longest query, as JSON. */
const MAX_QUERY = 8_000;

const NO_LIST = text("There is no such list.", "Такого списка нет.");
const NOT_IN_LIST = text('The list has no "{name}".', "В списке нет «{name}».");
const TOO_LONG = text("The view is too long.", "Слишком длинный вид.");
const FULL = text(
  "There may be at most {limit} views: delete one first.",
  "Видов может быть не больше {limit}: сначала удалите один из них.",
);

const value = z.union([z.string(), z.number(), z.boolean(), z.array(z.union([z.string(), z.number()]))]);

const viewQuery = z
  .object({
    filter: z.record(z.string(), value).optional(),
    sort: z.object({ field: z.string(), order: z.enum(["asc", "desc"]) }).nullish(),
    columns: z.array(z.string()).max(200).nullish(),
  })
  .refine((query) => JSON.stringify(query).length <= MAX_QUERY, { params: { text: TOO_LONG } });

const mayChange = (caller: Caller, { row }: Subject) =>
  isAdministrator(caller) || row.author === caller.userId;

/** Views of the lists of these resources. Their author and administrators change and delete them. */
export function savedViewsOf(resources: readonly Resource[]): Resource {
  return resource({
    name: "saved-views",
    subject: "saved_view",
    label: text("Saved views", "Сохранённые виды"),
    group: "system",
    table: savedViews,
    key: [savedViews.id],
    title: "name",
    fields: {
      name: field.text(savedViews.name, text("Name", "Название"), { input: string({ max: 60 }) }),
      resource: field.text(savedViews.resource, text("List", "Список"), {
        coded: true,
        once: true,
        input: string({ max: 60 }),
      }),
      is_shared: field.boolean(savedViews.isShared, text("For everybody", "Для всех"), {
        input: boolean().optional(),
      }),
      author: field.reference("users", savedViews.authorId, text("Author", "Автор")),
      query: field.json(savedViews.query, text("Filters and columns", "Фильтры и столбцы"), {
        list: false,
        input: viewQuery,
      }),
      updated_at: field.instant(savedViews.updatedAt, text("Changed", "Изменено")),
      created_at: field.instant(savedViews.createdAt, text("Created", "Создано"), { list: false }),
    },
    search: [savedViews.name],
    filters: ["resource", "is_shared", "author"],
    sort: { field: "name", order: "asc" },
    rights: { operator: ALL, staff: ALL },
    clashes: { "saved_views.name": "name" },
    readable: (caller) => visibleTo(caller, resources),
    consequences: (_, change) => checked(change, resources),
    async removal(_, subject, caller) {
      if (!mayChange(caller, subject)) throw forbidden();
      return {};
    },
  });
}

function visibleTo(caller: Caller, resources: readonly Resource[]): SQL | undefined {
  const lists = resources.filter((each) => may(caller, each, "read")).map(({ name }) => name);
  return and(
    or(eq(savedViews.isShared, true), eq(savedViews.authorId, caller.userId)),
    sql`${savedViews.resource} IN (SELECT value FROM json_each(${JSON.stringify(lists)}))`,
  );
}

async function checked(
  { caller, before, values }: Change,
  resources: readonly Resource[],
): Promise<Consequences> {
  if (before && !mayChange(caller, before)) throw forbidden();
  const name = String(values.resource ?? before?.row.resource);
  const list = resources.find((each) => each.name === name);
  if (!list || !may(caller, list, "read")) throw invalid({ resource: NO_LIST });
  const strange = strangeName(caller, list, (values.query ?? {}) as ViewQuery);
  if (strange !== undefined) throw invalid({ query: fill(NOT_IN_LIST, { name: strange }) });
  if (before) return {};
  const own = sql`SELECT count(*) FROM saved_views WHERE author_id = ${caller.userId}`;
  const refusal = invalid({ non_field_errors: fill(FULL, { limit: MOST }) });
  return { set: { authorId: caller.userId }, room: { condition: sql`(${own}) < ${MOST}`, refusal } };
}

/** The first filter or field in the query that the list does not have for this caller. */
function strangeName(caller: Caller, list: Resource, { filter, sort, columns }: ViewQuery) {
  const fields = new Set(["id", ...fieldsFor(caller, list).map(([name]) => name)]);
  const filters = new Set([
    "search",
    ...filtersOf(list).flatMap(({ name, staffOnly }) =>
      !staffOnly || may(caller, list, "private") ? [name] : [],
    ),
  ]);
  return (
    Object.keys(filter ?? {}).find((name) => !filters.has(name)) ??
    [...(sort ? [sort.field] : []), ...(columns ?? [])].find((name) => !fields.has(name))
  );
}
