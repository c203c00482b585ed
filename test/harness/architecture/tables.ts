/** The rules of table ownership: which tables a source file reads or writes in SQL. Pure. */
import { withoutComments } from "./import-rules.ts";

/** The folder that a file belongs to: a module, an adapter, `platform`, or `root`. */
export function homeOf(path: string): string {
  const [, layer = "", name = ""] = path.split("/");
  if (layer === "modules" || layer === "compat") return `${layer}/${name}`;
  return layer.includes(".") ? "root" : layer;
}

const DECLARATION = /\bsqliteTable\(\s*"(\w+)"/g;

/** Table name → the folder that declares it. */
export function ownersOf(sources: Readonly<Record<string, string>>): Map<string, string> {
  const owners = new Map<string, string>();
  for (const [path, source] of Object.entries(sources))
    for (const [, table = ""] of source.matchAll(DECLARATION)) owners.set(table, homeOf(path));
  return owners;
}

/** Drizzle's `insert(users)`, `update` and `delete`, by the name of the table's const. */
const CHANGED = /\.(?:insert|update|delete)\(\s*(\w+)\s*\)/g;
const CONSTS = /\bexport const (\w+) = sqliteTable\(\s*"(\w+)"/g;

/** Name of a table's const → table name. */
export function constsOf(sources: Readonly<Record<string, string>>): Map<string, string> {
  return new Map(
    Object.values(sources).flatMap((source) =>
      [...source.matchAll(CONSTS)].map(([, name = "", table = ""]) => [name, table] as const),
    ),
  );
}

const READ = /\b(?:FROM|JOIN)\s+[`"]?(\w+)/g;
const WRITTEN = /\b(?:INTO|UPDATE|DELETE\s+FROM)\s+[`"]?(\w+)/g;

export interface Use {
  readonly path: string;
  readonly table: string;
  readonly writes: boolean;
}

/** The tables that a source file reads or writes in raw SQL, or changes through drizzle. */
export function usesOf(path: string, source: string, consts: ReadonlyMap<string, string>): Use[] {
  const known = new Set(consts.values());
  const text = withoutComments(source);
  const found = (pattern: RegExp) => [...text.matchAll(pattern)].map(([, name = ""]) => name);
  const written = new Set([...found(WRITTEN), ...found(CHANGED).map((name) => consts.get(name) ?? name)]);
  return [...new Set([...found(READ), ...written])]
    .filter((table) => known.has(table))
    .map((table) => ({ path, table, writes: written.has(table) }));
}

/** Any module may read these; only their owner writes them. */
const SHARED = new Set(["users", "profiles"]);

/** Why a use of a table is not allowed; null when it is. */
export function crossing({ path, table, writes }: Use, owners: ReadonlyMap<string, string>): string | null {
  const owner = owners.get(table);
  if (owner === undefined || owner === homeOf(path)) return null;
  if (!writes && SHARED.has(table)) return null;
  return `${path} ${writes ? "writes" : "reads"} ${table}, which is ${owner}'s`;
}

/** The import circles between folders, each named once with its path. `edges`: folder → the folders that it imports. */
export function circlesOf(edges: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const circles = new Set<string>();
  const walk = (home: string, way: readonly string[]): void => {
    const at = way.indexOf(home);
    if (at >= 0) {
      const round = way.slice(at);
      const first = round.indexOf([...round].sort()[0] ?? "");
      circles.add([...round.slice(first), ...round.slice(0, first)].join(" → "));
      return;
    }
    for (const next of edges.get(home) ?? []) walk(next, [...way, home]);
  };
  for (const home of edges.keys()) walk(home, []);
  return [...circles].sort();
}
