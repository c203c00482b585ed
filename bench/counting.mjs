// A module in front of the product that counts rows written, alarms set and calls of the database, by watching the
// platform's prototypes. The product knows nothing of it.
import { join } from "node:path";
import { root } from "../scripts/setup/environment.mjs";

const SOURCE = `
import { DurableObject } from "cloudflare:workers";
import * as product from "./index.js";
export * from "./index.js";
const nothing = { trips: 0, d1Rows: 0, objectRows: 0, alarms: 0 };
let counts = { ...nothing };
let watchesDatabase = false;
let watchesStorage = false;
function watchDatabase(env) {
  if (watchesDatabase) return;
  watchesDatabase = true;
  const prototype = Object.getPrototypeOf(env.DB.withSession());
  const send = prototype._send;
  prototype._send = async function (...args) {
    counts.trips += 1;
    const results = await send.apply(this, args);
    for (const { meta } of [results].flat()) counts.d1Rows += meta?.rows_written ?? 0;
    return results;
  };
}
function watchStorage(storage) {
  if (watchesStorage) return;
  watchesStorage = true;
  const sql = Object.getPrototypeOf(storage.sql);
  const { exec } = sql;
  sql.exec = function (...args) {
    const cursor = exec.apply(this, args);
    counts.objectRows += cursor.rowsWritten;
    return cursor;
  };
  const prototype = Object.getPrototypeOf(storage);
  const { setAlarm } = prototype;
  prototype.setAlarm = function (...args) {
    counts.alarms += 1;
    return setAlarm.apply(this, args);
  };
}
/** Stands between the product's classes and the platform's: an object's storage becomes known when it is constructed. */
class Watched extends DurableObject {
  constructor(state, env) {
    super(state, env);
    watchDatabase(env);
    watchStorage(state.storage);
  }
}
for (const each of Object.values(product)) {
  if (typeof each !== "function" || !(each.prototype instanceof DurableObject)) continue;
  let below = each;
  while (![DurableObject, Watched].includes(Object.getPrototypeOf(below))) below = Object.getPrototypeOf(below);
  Object.setPrototypeOf(below, Watched);
}
export default {
  ...product.default,
  fetch(request, env, context) {
    watchDatabase(env);
    const { pathname } = new URL(request.url);
    if (pathname !== "/bench-counts") return product.default.fetch(request, env, context);
    const counted = counts;
    if (request.method === "POST") counts = { ...nothing };
    return Response.json(counted);
  },
};`;

/** The module, for the `front` of `startProduct`. */
export const countingFront = {
  type: "ESModule",
  path: join(root, "dist/bench/counting.js"),
  contents: SOURCE,
};

/** What was counted since it was last reset. */
export async function countsOf({ origin }, { reset = false } = {}) {
  return (await fetch(`${origin}/bench-counts`, { method: reset ? "POST" : "GET" })).json();
}
