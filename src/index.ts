/** The Worker: requests, queue, clock, and the Durable Objects under the names of their bindings. */

import { appFor } from "./app.ts";
import { runtimeOf } from "./env.ts";
import { consume, tick } from "./jobs.ts";
import { eventTenant } from "./modules/events/index.ts";
import { roomObject } from "./platform/realtime/object.ts";
import type { JobMessage } from "./platform/runtime.ts";

export { Hasher } from "./platform/crypto/hasher.ts";
export { Counter } from "./platform/http/counter.ts";
export { Roster } from "./platform/realtime/roster.ts";

export class EventRoom extends roomObject(runtimeOf, eventTenant) {}

export default {
  fetch: (request, env, context) => appFor(runtimeOf(env)).fetch(request, env, context),
  queue: (batch, env, context) => consume(runtimeOf(env), batch, context),
  scheduled: (controller, env, context) => tick(runtimeOf(env), controller, context),
} satisfies ExportedHandler<Cloudflare.Env, JobMessage>;
