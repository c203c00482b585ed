// Two versions of the Worker on one state, as they meet during a deploy. `OLDER_BUNDLE` may name the folder of a real older
// build (`wrangler deploy --dry-run --outdir`); without it the older version is this one without what objects and Workers of
// the version before did not know: held rights, and revocations that are remembered for a day.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { productModules } from "../../bench/platform.mjs";

/** A registry as the version before had it, with its own statements. */
const OLDER_REGISTRY = `
const covers = ({ userId, sessionId, signedInAt }, revocation) => {
  if (userId !== revocation.userId) return false;
  if (revocation.sessionId !== undefined) return sessionId === revocation.sessionId;
  if (revocation.at !== undefined && (signedInAt ?? 0) > revocation.at) return false;
  return sessionId !== revocation.exceptSession;
};
export class Roster extends DurableObject {
  constructor(state, env) {
    super(state, env);
    const { sql } = state.storage;
    sql.exec("CREATE TABLE IF NOT EXISTS rooms (room TEXT PRIMARY KEY, seen_at INTEGER NOT NULL)");
    sql.exec("CREATE TABLE IF NOT EXISTS revocations (revocation TEXT NOT NULL, until INTEGER NOT NULL)");
    sql.exec("CREATE TABLE IF NOT EXISTS tickets (id TEXT PRIMARY KEY, until INTEGER NOT NULL)");
  }
  register({ room, ticket, ...caller }, now = Date.now()) {
    const { sql } = this.ctx.storage;
    for (const { revocation } of sql.exec("SELECT revocation FROM revocations WHERE until > ?", now))
      if (covers(caller, JSON.parse(revocation))) return false;
    sql.exec("INSERT OR REPLACE INTO rooms (room, seen_at) VALUES (?, ?)", room, now);
    return true;
  }
  async revoke(revocation, code = 4001, reason = "signed out", now = Date.now()) {
    const { sql } = this.ctx.storage;
    sql.exec("DELETE FROM revocations WHERE until <= ?", now);
    sql.exec("INSERT INTO revocations (revocation, until) VALUES (?, ?)", JSON.stringify(revocation), now + 120_000);
    const rooms = sql.exec("SELECT room FROM rooms").toArray();
    await Promise.all(rooms.map(({ room }) => {
      const kind = room.split(":")[0].toUpperCase();
      return this.env[kind + "_ROOMS"].getByName(room).revoke(revocation, code, reason);
    }));
  }
}`;

const ROOMS = [
  "EventRoom",
  "ChatRoom",
  "InboxRoom",
  "UserRoom",
  "TruckRoom",
  "OrderRoom",
  "TicketRoom",
  "OpsRoom",
];

const OLDER = `
import { DurableObject } from "cloudflare:workers";
import * as product from "./index.js";
export * from "./index.js";
${OLDER_REGISTRY}
const older = (Room) => class extends Room {
  fetch(request) {
    return request.headers.has("x-caravan-admission") ? super.fetch(request) : new Response(null, { status: 400 });
  }
  async subscribe(...asked) {
    const { knowsHeld: _, ...result } = (await super.subscribe(...asked)) ?? { isNull: true };
    return result.isNull ? null : result;
  }
};
${ROOMS.map((name) => `export const ${name} = older(product.${name});`).join("\n")}
const outdated = async () => {
  throw new TypeError('The RPC receiver does not implement the method "admit".');
};
const environments = new WeakMap();
function olderEnvironment(env) {
  if (!environments.has(env)) {
    const getByName = (name) => {
      const stub = env.ROSTERS.getByName(name);
      return { admit: outdated, register: (...all) => stub.register(...all), revoke: (...all) => stub.revoke(...all) };
    };
    environments.set(env, { ...env, ROSTERS: { getByName } });
  }
  return environments.get(env);
}
export default {
  fetch: (request, env, context) => product.default.fetch(request, olderEnvironment(env), context),
  queue: (batch, env, context) => product.default.queue(batch, olderEnvironment(env), context),
  scheduled: (controller, env, context) => product.default.scheduled(controller, olderEnvironment(env), context),
};`;

/**
 * Where the server has both versions: each request is served by one of the two, and objects run the older one in every
 * second generation of the server.
 * @param bundle the folder of this version's build
 * @param also code that either version runs, with \`InboxRoom\` in its scope
 */
export function twoVersions(generation, bundle, also) {
  const module = (name, contents) => ({ type: "ESModule", path: join(bundle, name), contents });
  const real = process.env.OLDER_BUNDLE;
  const olderBundle = real ? readFileSync(join(real, "index.js"), "utf8") : OLDER;
  const versions = {
    newer: [wrapped("./index.js")],
    older: [wrapped("./older.js"), module("older.js", olderBundle)],
  };
  function wrapped(from) {
    return module(
      "version.js",
      `import worker, { InboxRoom } from "${from}"; export * from "${from}"; export default worker; ${also}`,
    );
  }
  const [owner, other] = generation % 2 === 0 ? ["older", "newer"] : ["newer", "older"];
  const either = module(
    "front.js",
    `import worker from "./version.js";
     export * from "./version.js";
     export default {
       ...worker,
       fetch: (request, env, context) =>
         Math.random() < 0.5 ? worker.fetch(request, env, context) : env.OTHER.fetch(request),
     };`,
  );
  return {
    front: [either, ...versions[owner]],
    services: { OTHER: "other" },
    beside: (product) => ({
      ...product,
      name: "other",
      modules: [...versions[other], ...productModules()],
      serviceBindings: {},
      queueConsumers: undefined,
      durableObjects: Object.fromEntries(
        Object.entries(product.durableObjects).map(([name, object]) => [
          name,
          { ...object, scriptName: "bench" },
        ]),
      ),
    }),
  };
}
