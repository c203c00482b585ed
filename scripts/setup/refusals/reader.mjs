// Which refusals a piece of the source may end in: it follows what the piece names, through all modules, and collects each
// `refuse(…)`, `notFound(…)`, `new Refusal(…)`. It follows names and not values, so it finds rather too much than too little;
// that it misses nothing is checked by the tests, which compare every response with the document.
import { bind, evaluator } from "./evaluate.mjs";
import { moduleReader } from "./modules.mjs";
import { isFunction, walk } from "./tree.mjs";

const ERRORS = "src/platform/http/errors.ts";
const MESSAGES = "src/platform/http/messages.ts";
/** What is given to these runs later, in the queue. */
const RUNS_LATER = new Set(["defineEffect", "implementEffect"]);

/** Function of `errors.ts` → status and body, from its arguments. */
const REFUSALS = {
  refuse: ([status, detail, extra]) => ({ status, detail, extra }),
  Refusal: ([status, body, headers]) => ({ status, body, headers }),
  notFound: ([detail]) => ({ status: 404, detail, standard: "notFound" }),
  forbidden: ([detail]) => ({ status: 403, detail, standard: "forbidden" }),
  throttled: () => ({ status: 429, standard: "throttled" }),
  methodNotAllowed: () => ({ status: 405, standard: "method" }),
  invalid: ([fields]) => ({ status: 400, fields }),
};

/**
 * `at(place)`: the refusals of the call at a position of the source and of the calls around it. `of(path, name)`: those of
 * one declaration. Each is `{ status, body }` with the body as `errors.ts` types it, in English, and what the source does
 * not say left out.
 */
export function refusalReader(root, read) {
  const modules = moduleReader(root, read);
  const { values } = evaluator(modules);
  const known = new Map();

  function collect(path, node, scopes) {
    const found = { names: new Map(), refusals: [], templates: [] };
    const add = (target) => {
      if (target && target.path !== ERRORS) found.names.set(`${target.path} ${target.name}`, target);
    };
    walk(
      node,
      (inner, around, parents) => {
        const isBound = (name) => around.some((scope) => scope.has(name));
        const named = (id) =>
          id?.type === "Identifier" && !isBound(id.name) ? modules.declared(path, id.name) : null;
        if (inner.type === "Identifier" || inner.type === "JSXIdentifier") {
          if (!isBound(inner.name)) add(modules.declared(path, inner.name));
        } else if (inner.type === "ImportExpression") {
          for (const target of importedBy(inner, path, parents)) add(target);
        } else if (inner.type === "CallExpression" || inner.type === "NewExpression") {
          const target = named(inner.callee);
          if (!target) return;
          if (RUNS_LATER.has(target.name)) return false;
          const place = { path, scopes: around };
          const made = target.path === ERRORS && REFUSALS[target.name]?.(inner.arguments);
          if (made) {
            found.refusals.push(...refusalsOf(made, place));
            if (isFunction(node)) found.templates.push({ made, place });
          } else if (target.node && isFunction(target.node))
            for (const template of factsOf(target).templates) {
              const given = bind(target.node, inner.arguments, place);
              found.refusals.push(...refusalsOf(template.made, { ...template.place, given }));
            }
        }
      },
      scopes,
    );
    return found;
  }

  function factsOf(target) {
    const key = `${target.path} ${target.name}`;
    if (!known.has(key)) {
      // A function that calls itself finds itself empty.
      known.set(key, { names: new Map(), refusals: [], templates: [] });
      known.set(key, target.node ? collect(target.path, target.node, []) : everyName(target.path));
    }
    return known.get(key);
  }

  const everyName = (path) => ({
    names: new Map(modules.namesOf(path).map((name) => [`${path} ${name}`, modules.exported(path, name)])),
    refusals: [],
    templates: [],
  });

  /** `const { a } = await import("./b.ts")` and `(await import("./b.ts")).a` name `a`; any other import names everything. */
  function importedBy({ source }, path, parents) {
    const from = typeof source.value === "string" && source.value.startsWith(".");
    if (!from) return [];
    const target = new URL(source.value, `file:///${path}`).pathname.slice(1);
    const user = parents.findLast(
      ({ type }) => type !== "AwaitExpression" && type !== "ParenthesizedExpression",
    );
    const names =
      user?.type === "MemberExpression" && !user.computed
        ? [user.property.name]
        : user?.type === "VariableDeclarator" && user.id.type === "ObjectPattern"
          ? user.id.properties.map(({ key }) => key?.name)
          : modules.namesOf(target);
    return names.map((name) => name && modules.exported(target, name));
  }

  /** The refusals of one call, with the alternatives of its status and its words. */
  function refusalsOf(made, place) {
    const statuses = typeof made.status === "number" ? [made.status] : values(made.status, place);
    const standard = made.standard && {
      node: {
        type: "MemberExpression",
        object: { type: "Identifier", name: "messages" },
        property: { name: made.standard },
      },
      place: { path: MESSAGES, scopes: [] },
    };
    const details = made.detail
      ? values(made.detail, place)
      : standard
        ? values(standard.node, standard.place)
        : [];
    const [extra] = made.extra ? values(made.extra, place) : [];
    const bodies = made.body
      ? values(made.body, place)
      : made.fields
        ? values(made.fields, place).map((fields) => ({ fields }))
        : details.map((detail) => ({ detail, ...(extra ? { extra } : {}) }));
    const retry = made.standard === "throttled" || (made.headers && names(made.headers, "Retry-After"));
    return statuses
      .filter((status) => typeof status === "number")
      .flatMap((status) =>
        (bodies.length > 0 ? bodies : [null]).map((body) => ({ status, body, ...(retry ? { retry } : {}) })),
      );
  }

  const names = ({ properties = [] }, wanted) => properties.some(({ key }) => key?.value === wanted);

  /** The refusals of everything that can be reached from some names. */
  function follow(start) {
    const seen = new Map(start.names);
    const refusals = [...start.refusals];
    for (const [, target] of seen) {
      if (!target) continue;
      const facts = factsOf(target);
      refusals.push(...facts.refusals);
      for (const [key, next] of facts.names) if (!seen.has(key)) seen.set(key, next);
    }
    return unique(refusals);
  }

  return {
    of(path, name) {
      const target = modules.exported(path, name) ?? modules.declared(path, name);
      if (!target) throw new Error(`${path} has no ${name}`);
      return follow({ names: new Map([[`${path} ${name}`, target]]), refusals: [] });
    },
    at(positions) {
      const start = { names: new Map(), refusals: [] };
      for (const { path, line, column } of positions) {
        const call = callAt(modules.at(path), line, column);
        // Outside the module's own statements the bundle starts one module for another.
        if (!call) break;
        const { node, scopes } = call;
        const { names, refusals } = collect(path, node, scopes);
        start.refusals.push(...refusals);
        for (const [key, target] of names) start.names.set(key, target);
        // What a factory's own names stand for, which the call may pass on.
        for (const scope of scopes)
          for (const value of scope.values())
            if (value) {
              const local = collect(path, value, scopes);
              start.refusals.push(...local.refusals);
              for (const [key, target] of local.names) start.names.set(key, target);
            }
      }
      if (start.names.size === 0) throw new Error(`no call at ${JSON.stringify(positions[0])}`);
      return follow(start);
    },
  };
}

/** The innermost call whose callee stands at a line and column (from 1), and the names bound around it; null for none. */
function callAt({ body, source }, line, column) {
  const lines = source.split("\n");
  const offset = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0) + column - 1;
  let found = null;
  for (const statement of body)
    walk(statement.declaration ?? statement, (node, scopes) => {
      if (offset < node.start || offset > node.end) return false;
      if (node.type === "CallExpression" && offset <= node.callee.end) found = { node, scopes };
    });
  return found;
}

/** Without repeats; one without words is left out beside others of its status. */
function unique(refusals) {
  const byText = new Map(refusals.map((refusal) => [JSON.stringify(refusal), refusal]));
  const all = [...byText.values()];
  return all.filter(
    ({ status, body }) =>
      body !== null || !all.some((other) => other.status === status && other.body !== null),
  );
}
