// The catalogue of error messages, read from the source: every text that a refusal is thrown with, its status and module.
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { root } from "../environment.mjs";

/** Functions that make a refusal: the status, and which argument holds the message or the messages by field. */
const REFUSING = {
  refuse: ({ arguments: [status, message] }) => [status?.value, message],
  forbidden: ({ arguments: [message] }) => [403, message],
  notFound: ({ arguments: [message] }) => [404, message],
  invalid: ({ arguments: [fields] }) => [400, fields],
  reportFault: ({ arguments: [, message] }) => [400, message],
};

/**
 * Returns `{ status, area, en, ru, code }` of every message, by status and area. `status` is null where the source does not
 * say it beside the message.
 */
export async function errorCatalogue() {
  const modules = await readModules();
  const found = new Map();
  const add = (entry) => {
    const key = `${entry.area} ${entry.en}`;
    if (isSentence(entry.en) && (found.get(key)?.status ?? null) === null) found.set(key, entry);
  };
  for (const [path, { area, own, refusals }] of modules) {
    if (/messages\.ts$/.test(path))
      for (const message of own.values()) add({ area, ...message, status: null, code: null });
    for (const { status, message, code } of refusals)
      for (const text of messagesIn(message, (name) => resolve(modules, path, name)))
        add({ area, ...text, status, code });
  }
  return [...found.values()].sort(
    (a, b) =>
      (a.status ?? 999) - (b.status ?? 999) || a.area.localeCompare(b.area) || a.en.localeCompare(b.en),
  );
}

/** Labels and names of fields are no messages. */
const isSentence = (words) => /\S\s+\S/.test(words) && /^[\p{Lu}{"]/u.test(words);

/** By path: what each module declares, imports, exports from elsewhere, and refuses. */
async function readModules() {
  const { parseSync } = await import("vite");
  const src = join(root, "src");
  const paths = (await readdir(src, { recursive: true })).filter((path) =>
    /^(modules|compat|platform)\/.*\.tsx?$/.test(path),
  );
  const modules = new Map();
  for (const path of paths.sort()) {
    const { program } = parseSync(path, await readFile(join(src, path), "utf8"));
    const module = { area: areaOf(path), own: new Map(), from: new Map(), refusals: [] };
    modules.set(path, module);
    walk(program, (node) => {
      if (node.type === "VariableDeclarator" && node.init) note(module.own, node.id.name, node.init);
      if (/^(Import|ExportNamed)Declaration$/.test(node.type) && node.source?.value.startsWith("."))
        for (const { local, imported, exported } of node.specifiers)
          module.from.set((exported ?? local).name, {
            path: join(dirname(path), node.source.value),
            name: exported ? local.name : (imported?.name ?? "default"),
          });
      if (node.type !== "CallExpression" || !Object.hasOwn(REFUSING, node.callee.name ?? "")) return;
      const [status, message] = REFUSING[node.callee.name](node);
      const code = [...properties(node.arguments[2])].find(([name]) => name === "code")?.[1].value;
      module.refusals.push({ status: status ?? null, message, code: code ?? null });
    });
  }
  return modules;
}

/** The message behind `name` or `name.key` in a module, through imports and re-exports. */
function resolve(modules, path, name) {
  const module = modules.get(path);
  const own = module?.own.get(name);
  if (own) return own;
  const [object, ...rest] = name.split(".");
  const origin = module?.from.get(object);
  return origin ? resolve(modules, origin.path, [origin.name, ...rest].join(".")) : undefined;
}

/** `modules/dispatch/orders/messages.ts` is about orders. */
function areaOf(path) {
  const [top, name, inner] = path.split("/");
  if (top === "platform") return ["storage", "realtime"].includes(name) ? name : "every request";
  return name === "dispatch" && inner && !inner.endsWith(".ts") ? inner : name;
}

/** Remembers `const name = text(…)` as `name`, and the members of an object as `name.key`. */
function note(inner, name, value) {
  const bare = value.expression ?? value;
  const message = messageOf(bare);
  if (message) inner.set(name, message);
  for (const [key, member] of properties(bare)) note(inner, `${name}.${key}`, member);
}

function* properties(node) {
  for (const { key, value } of node?.properties ?? []) if (key && value) yield [key.name ?? key.value, value];
}

/** `text("en", "ru")` and `literal("words")`. */
function messageOf(node) {
  if (node.type !== "CallExpression" || !["text", "literal"].includes(node.callee.name)) return null;
  const [en, ru = en] = node.arguments.map(wordsOf);
  return en ? { en, ru } : null;
}

function wordsOf(node) {
  if (node.type === "Literal") return node.value;
  if (node.type !== "TemplateLiteral") return null;
  return node.quasis.map(({ value }) => value.cooked).join("…");
}

/** The messages that an expression names, whatever it does with them. */
function messagesIn(node, messageNamed) {
  const found = [];
  walk(node, (part) => {
    const name =
      part.type === "Identifier"
        ? part.name
        : part.type === "MemberExpression" && part.object.name
          ? `${part.object.name}.${part.property.name}`
          : null;
    const message = messageOf(part) ?? (name && messageNamed(name));
    if (message) found.push(message);
  });
  return found;
}

function walk(node, visit) {
  if (!node || typeof node !== "object") return;
  if (Array.isArray(node)) {
    for (const each of node) walk(each, visit);
    return;
  }
  if (typeof node.type === "string") visit(node);
  for (const [key, child] of Object.entries(node)) if (key !== "parent") walk(child, visit);
}
