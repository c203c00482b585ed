// The sources as syntax trees: what each module declares, imports and exports.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseAst } from "rolldown/parseAst";

/** Reads modules below `root`, each once. Paths are relative to `root`. */
export function moduleReader(root, read = (path) => readFileSync(join(root, path), "utf8")) {
  const known = new Map();
  const at = (path) => {
    if (!known.has(path)) known.set(path, readModule(path, read(path)));
    return known.get(path);
  };
  /** The module and the node of an exported name, through re-exports; null for packages and types. */
  const exported = (path, name) => {
    const module = at(path);
    const local = module.exports.get(name);
    if (local?.from) return exported(local.from, local.name);
    if (local) return declared(path, local.name);
    for (const from of module.stars) {
      const found = exported(from, name);
      if (found) return found;
    }
    return null;
  };
  /** What a name means at the top level of a module. */
  const declared = (path, name) => {
    const module = at(path);
    const node = module.declarations.get(name);
    if (node) return { path, name, node };
    const imported = module.imports.get(name);
    if (!imported) return null;
    if (imported.name === "*") return { path: imported.from, name: "*", node: null };
    return exported(imported.from, imported.name);
  };
  const namesOf = (path) => [...at(path).exports.keys()];
  return { at, declared, exported, namesOf };
}

function readModule(path, source) {
  const { body } = parseAst(source, { lang: path.endsWith(".tsx") ? "tsx" : "ts" });
  const module = {
    path,
    source,
    body,
    declarations: new Map(),
    imports: new Map(),
    exports: new Map(),
    stars: [],
  };
  for (const statement of body) readStatement(module, statement);
  return module;
}

function readStatement(module, statement) {
  const from = statement.source && relativeTo(module.path, statement.source.value);
  switch (statement.type) {
    case "ImportDeclaration":
      if (from)
        for (const { local, imported, type } of statement.specifiers)
          module.imports.set(local.name, {
            from,
            name: type === "ImportNamespaceSpecifier" ? "*" : (imported?.name ?? "default"),
          });
      return;
    case "ExportAllDeclaration":
      if (from) module.stars.push(from);
      return;
    case "ExportDefaultDeclaration":
      module.declarations.set("default", statement.declaration);
      module.exports.set("default", { name: "default" });
      return;
    case "ExportNamedDeclaration":
      for (const { local, exported } of statement.specifiers)
        if (from || !statement.source) module.exports.set(exported.name, { name: local.name, from });
      if (statement.declaration)
        for (const name of declare(module, statement.declaration)) module.exports.set(name, { name });
      return;
    default:
      declare(module, statement);
  }
}

function declare(module, statement) {
  const named = statement.id ? [[statement.id.name, statement]] : [];
  if (statement.type === "VariableDeclaration")
    for (const { id, init } of statement.declarations)
      for (const name of namesIn(id)) if (init) named.push([name, init]);
  if (statement.type.startsWith("TSInterface") || statement.type === "TSTypeAliasDeclaration") return [];
  for (const [name, node] of named) module.declarations.set(name, node);
  return named.map(([name]) => name);
}

/** The names that a pattern binds. */
export function namesIn(pattern) {
  switch (pattern?.type) {
    case "Identifier":
      return [pattern.name];
    case "ObjectPattern":
      return pattern.properties.flatMap((property) => namesIn(property.value ?? property.argument));
    case "ArrayPattern":
      return pattern.elements.flatMap(namesIn);
    case "AssignmentPattern":
      return namesIn(pattern.left);
    case "RestElement":
      return namesIn(pattern.argument);
    default:
      return [];
  }
}

/** The path of an imported source; null for a package. */
export function relativeTo(path, specifier) {
  return specifier.startsWith(".") ? join(dirname(path), specifier) : null;
}
