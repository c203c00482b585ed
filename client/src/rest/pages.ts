/** Lists that come in pages, as one sequence. */
import type { Api, DataOf, InitOf, PathOf } from "./api.ts";

/** One page of a list. */
export interface Page<Item> {
  /** All items of the list, not of the page. */
  readonly count: number;
  readonly results: readonly Item[];
}

type ListPath = {
  [Path in PathOf<"get">]: DataOf<Path, "get"> extends { results: unknown[] } | unknown[] ? Path : never;
}[PathOf<"get">];

/** The items of a list. */
export type ItemOf<Path extends PathOf<"get">> =
  DataOf<Path, "get"> extends { results: (infer Item)[] }
    ? Item
    : DataOf<Path, "get"> extends (infer Item)[]
      ? Item
      : never;

/** A path whose answer is a list. */
export type { ListPath };

interface Envelope<Item> {
  readonly count: number;
  readonly next: string | null;
  readonly results: Item[];
}

/** The pages of a list, each loaded when it is asked for. A list that comes whole is one page. */
export async function* pagesOf<Path extends ListPath>(
  api: Api,
  path: Path,
  init?: InitOf<Path, "get">,
): AsyncGenerator<Page<ItemOf<Path>>, void, undefined> {
  type Item = ItemOf<Path>;
  const get = api.GET as unknown as (path: string, init: unknown) => Promise<Envelope<Item> | Item[]>;
  let asked = (init ?? {}) as { params?: { query?: object } };
  for (;;) {
    const answer = await get(path, asked);
    if (Array.isArray(answer)) return yield { count: answer.length, results: answer };
    yield { count: answer.count, results: answer.results };
    if (answer.next === null) return;
    // The link's parameters, not its address: the server may be known by another name here.
    const query = { ...asked.params?.query, ...queryOf(answer.next) };
    asked = { ...asked, params: { ...asked.params, query } };
  }
}

/** The parameters of an address. React Native's `URL` lacks them. */
function queryOf(url: string): Record<string, string> {
  const [, text = ""] = url.split("?");
  const pairs = text.split("&").filter(Boolean);
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name = "", value = ""] = pair
        .split("=")
        .map((part) => decodeURIComponent(part.replace(/\+/g, " ")));
      return [name, value];
    }),
  );
}
