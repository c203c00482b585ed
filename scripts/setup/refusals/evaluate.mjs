// What an expression may come to, as far as the source says it: the messages and codes of refusals.
import { bareNode, boundBy, isFunction, walk } from "./tree.mjs";

/** Alternatives of one expression beyond these are not followed. */
const MOST = 12;
const DEEPEST = 28;

/**
 * The values of `node` as plain JSON, one per alternative; none when the source does not say. A place of the source is
 * `{ path, scopes, given }`, where `given` holds what a function's parameters stand for.
 */
export function evaluator(modules) {
  const values = (node, place, depth = 0) => {
    const bare = bareNode(node);
    if (!bare || depth > DEEPEST) return [];
    return (EVALUATE[bare.type]?.(bare, place, depth + 1) ?? []).slice(0, MOST);
  };

  /** The node behind a name, with the place it is to be read at. */
  const behind = (name, place) => {
    if (place.given?.has(name)) return place.given.get(name);
    for (const scope of place.scopes.toReversed())
      if (scope.has(name)) return scope.get(name) ? { node: scope.get(name), place } : null;
    const found = modules.declared(place.path, name);
    return found?.node ? { node: found.node, place: { path: found.path, scopes: [] } } : null;
  };

  const EVALUATE = {
    Literal: ({ value }) => [value],
    TemplateLiteral: ({ quasis, expressions }) => [
      quasis
        .map(({ value }, at) => value.cooked + (expressions[at] ? `{${shortName(expressions[at])}}` : ""))
        .join(""),
    ],
    Identifier({ name }, place, depth) {
      const found = behind(name, place);
      return found ? values(found.node, found.place, depth) : [];
    },
    ConditionalExpression: ({ consequent, alternate }, place, depth) => [
      ...values(consequent, place, depth),
      ...values(alternate, place, depth),
    ],
    LogicalExpression: ({ left, right }, place, depth) => [
      ...values(left, place, depth),
      ...values(right, place, depth),
    ],
    ArrayExpression({ elements }, place, depth) {
      const inner = elements.map((element) => values(element, place, depth));
      return alternatives(inner).map((chosen) => chosen.filter((value) => value !== undefined));
    },
    ObjectExpression({ properties }, place, depth) {
      const inner = properties.map((property) => values(property.value ?? property.argument, place, depth));
      return alternatives(inner).map((chosen) => {
        const made = {};
        for (const [at, property] of properties.entries()) {
          if (property.type === "SpreadElement") Object.assign(made, chosen[at]);
          else if (chosen[at] !== undefined)
            for (const name of keyNames(property, place, depth)) made[name] = chosen[at];
        }
        return made;
      });
    },
    MemberExpression({ object, property, computed }, place, depth) {
      if (computed && isLocale(property)) return values(object, place, depth).map((text) => text?.en ?? text);
      const owner = nodeOf(object, place);
      if (owner?.node.type === "ObjectExpression") {
        const wanted = owner.node.properties.filter(
          ({ key }) => key && (computed ? true : (key.name ?? key.value) === property.name),
        );
        return wanted.flatMap(({ value }) => values(value, owner.place, depth));
      }
      if (computed) return [];
      return values(object, place, depth)
        .map((value) => value?.[property.name])
        .filter((value) => value !== undefined);
    },
    CallExpression({ callee, arguments: given }, place, depth) {
      if (callee.type !== "Identifier") return [];
      if (callee.name === "fill") return values(given[0], place, depth);
      const found = behind(callee.name, place);
      const target = found && bareNode(found.node);
      if (!target || !isFunction(target)) return [];
      const inner = { ...found.place, scopes: [boundBy(target)], given: bind(target, given, place) };
      return returnsOf(target).flatMap((returned) => values(returned, inner, depth));
    },
  };

  /** The object literal or function that an expression names. */
  const nodeOf = (node, place, depth = 0) => {
    const bare = bareNode(node);
    if (depth > DEEPEST || bare?.type !== "Identifier") return bare ? { node: bare, place } : null;
    const found = behind(bare.name, place);
    return found ? nodeOf(found.node, found.place, depth + 1) : null;
  };

  const keyNames = ({ key, computed }, place, depth) =>
    computed
      ? values(key, place, depth)
          .filter((name) => typeof name === "string")
          .slice(0, 1)
      : [String(key.name ?? key.value)];

  return { values, behind };
}

/** Parameter → argument of a call, to be read where the call stands. */
export function bind(functionNode, given, place) {
  const bound = new Map();
  for (const [at, parameter] of functionNode.params.entries()) {
    const target = parameter.type === "AssignmentPattern" ? parameter.left : parameter;
    const argument = given[at] ? { node: given[at], place } : null;
    const initial = parameter.right ? { node: parameter.right, place: { ...place, scopes: [] } } : null;
    if (target.type === "Identifier") bound.set(target.name, argument ?? initial);
  }
  for (const [name, value] of bound) if (!value) bound.delete(name);
  return bound;
}

function returnsOf(functionNode) {
  if (functionNode.body.type !== "BlockStatement") return [functionNode.body];
  const returned = [];
  walk(functionNode.body, (node) => {
    if (isFunction(node)) return false;
    if (node.type === "ReturnStatement" && node.argument) returned.push(node.argument);
  });
  return returned;
}

/** As many combinations as the part with the most alternatives has; a part with fewer repeats its first. */
function alternatives(parts) {
  const count = Math.max(1, ...parts.map(({ length }) => length));
  return Array.from({ length: count }, (_, at) => parts.map((part) => part[at] ?? part[0]));
}

const isLocale = (node) => (node.name ?? node.property?.name) === "locale";

function shortName(node) {
  const bare = bareNode(node);
  return bare.name ?? bare.property?.name ?? bare.callee?.name ?? "value";
}
