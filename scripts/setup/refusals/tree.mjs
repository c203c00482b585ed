// Walks a syntax tree with the names that functions bind, leaving out types.
import { namesIn } from "./modules.mjs";

/** Wrappers around a value that say something about its type only. */
const TYPED = new Set(["TSAsExpression", "TSSatisfiesExpression", "TSNonNullExpression"]);

/** A node without what surrounds it for the compiler's sake. */
export function bareNode(node) {
  let bare = node;
  while (
    bare &&
    (TYPED.has(bare.type) || bare.type === "ParenthesizedExpression" || bare.type === "AwaitExpression")
  )
    bare = bare.expression ?? bare.argument;
  return bare;
}

/** Calls `visit(node, scopes, parents)` for each node below `node`; what it returns as `false` is not entered. */
export function walk(node, visit, scopes = [], parents = []) {
  if (!node || typeof node.type !== "string") return;
  if (node.type.startsWith("TS") && !TYPED.has(node.type)) return;
  const inner = isFunction(node) ? [...scopes, boundBy(node)] : scopes;
  if (visit(node, inner, parents) === false) return;
  const above = [...parents, node];
  for (const child of childrenOf(node)) walk(child, visit, inner, above);
}

export function childrenOf(node) {
  const children = [];
  for (const [key, value] of Object.entries(node)) {
    if (
      key === "typeAnnotation" ||
      key === "typeParameters" ||
      key === "typeArguments" ||
      key === "returnType"
    )
      continue;
    // A name that is no reference: of a property, of a key.
    if (key === "property" && node.type === "MemberExpression" && !node.computed) continue;
    if (key === "key" && !node.computed && !node.shorthand) continue;
    for (const child of Array.isArray(value) ? value : [value])
      if (child && typeof child === "object" && typeof child.type === "string") children.push(child);
  }
  return children;
}

export function isFunction(node) {
  return /^(Arrow)?Function(Expression|Declaration)?$/.test(node.type);
}

const bound = new WeakMap();
/** Name → value that a function binds: null for a parameter, the initial value of a local name. */
export function boundBy(functionNode) {
  let names = bound.get(functionNode);
  if (names) return names;
  names = new Map();
  bound.set(functionNode, names);
  for (const parameter of functionNode.params) for (const name of namesIn(parameter)) names.set(name, null);
  const collect = (node) => {
    if (!node || typeof node.type !== "string" || node.type.startsWith("TS")) return;
    if (node.type === "VariableDeclarator")
      for (const [name, value] of boundNames(node.id, node.init)) names.set(name, value);
    if (node.type === "CatchClause") for (const name of namesIn(node.param)) names.set(name, null);
    if (isFunction(node)) {
      if (node.id) names.set(node.id.name, node);
      return;
    }
    for (const child of childrenOf(node)) collect(child);
  };
  for (const child of childrenOf(functionNode.body)) collect(child);
  return names;
}

/** A pattern's names with their values; `const { a } = b` binds `b.a`. */
function boundNames(pattern, value) {
  // Which element a name stands for is not followed.
  if (pattern.type === "ArrayPattern") return namesIn(pattern).map((name) => [name, null]);
  if (pattern.type !== "ObjectPattern" || !value) return namesIn(pattern).map((name) => [name, value]);
  return pattern.properties.flatMap((property) =>
    property.key?.name && property.value.type === "Identifier"
      ? [
          [
            property.value.name,
            { type: "MemberExpression", object: value, property: property.key, computed: false },
          ],
        ]
      : namesIn(property.value ?? property.argument).map((name) => [name, value]),
  );
}
