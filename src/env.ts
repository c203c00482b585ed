/** Builds the runtime from bindings and settings, once per isolate. */
import { effectHandlers } from "./jobs.ts";
import { dueEndpoints, type Sender, wakeSenders } from "./modules/webhooks/index.ts";
import { Keyring } from "./platform/crypto/digest.ts";
import { handle } from "./platform/db/outbox-delivery.ts";
import { relayIn, roomIn } from "./platform/realtime/stubs.ts";
import type { JobMessage, Runtime } from "./platform/runtime.ts";
import { readSettings } from "./settings.ts";

/** The runtime of an environment, built once. */
export function runtimeOf(env: Cloudflare.Env): Runtime {
  let runtime = built.get(env);
  if (!runtime) {
    runtime = buildRuntime(env);
    built.set(env, runtime);
  }
  return runtime;
}
const built = new WeakMap<Cloudflare.Env, Runtime>();

function buildRuntime(env: Cloudflare.Env): Runtime {
  const { settings, secret } = readSettings(env as unknown as Record<string, unknown>);
  return {
    settings,
    keys: new Keyring(secret),
    database: env.DB,
    queue: env.JOBS as Queue<JobMessage>,
    bucket: env.BUCKET,
    images: env.IMAGES ?? null,
    assets: env.ASSETS,
    coarseRateLimit: env.SHIELD,
    hashers: env.HASHERS,
    counters: env.COUNTERS,
    registries: env.ROSTERS,
    archivists: env.ARCHIVISTS,
    runEffect: (ctx, row) => handle(ctx, effectHandlers, row),
    afterCommit: { asks: dueEndpoints, run: wakeSenders },
    wakeWebhookSender: (id) => senderIn(env, id).wake(id),
    room: (name) => roomIn(env, name),
    relay: (room, number) => relayIn(env, room, number),
  };
}

/** The object that sends to a webhook endpoint. */
function senderIn(env: Cloudflare.Env, endpointId: number): Sender {
  // The platform's own type of a stub can't express the class that `webhookSender` makes.
  return env.WEBHOOKS.getByName(`endpoint:${endpointId}`) as unknown as Sender;
}
