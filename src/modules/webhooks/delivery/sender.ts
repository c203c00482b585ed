/** The object of one endpoint: sends its deliveries by its alarm. It stores nothing but its number; the rest is in D1. */
import { DurableObject } from "cloudflare:workers";
import { openJobContext } from "../../../platform/http/request-context.ts";
import { log } from "../../../platform/log.ts";
import { onDemand } from "../../../platform/on-demand.ts";
import type { Runtime } from "../../../platform/runtime.ts";

const sending = onDemand(() => import("./sending.ts"));

/** How long one alarm sends, and the pause after one that failed. Milliseconds. */
const SHIFT = 60_000;
const PAUSE = 5_000;

/** What others call. */
export interface Sender {
  /** There is something to send, or will be. */
  wake(endpointId: number): Promise<void>;
}

type SenderClass = new (
  state: DurableObjectState,
  env: Cloudflare.Env,
) => DurableObject<Cloudflare.Env> & Sender;

export function webhookSender(runtimeOf: (env: Cloudflare.Env) => Runtime): SenderClass {
  return class WebhookSender extends DurableObject<Cloudflare.Env> implements Sender {
    #sends = false;
    /** It was woken while it was sending. */
    #again = false;

    async wake(endpointId: number): Promise<void> {
      const { storage } = this.ctx;
      if (storage.kv.get("endpoint") !== endpointId) storage.kv.put("endpoint", endpointId);
      if (this.#sends) {
        this.#again = true;
        return;
      }
      const alarm = await storage.getAlarm();
      if (alarm === null || alarm > Date.now()) await storage.setAlarm(Date.now());
    }

    override async alarm(): Promise<void> {
      const endpointId = this.ctx.storage.kv.get("endpoint");
      if (typeof endpointId !== "number") return;
      this.#sends = true;
      const next = await this.#send(endpointId);
      this.#sends = false;
      if (next !== null) await this.ctx.storage.setAlarm(next);
    }

    /** Returns when to go on, epoch ms; null when nothing waits. */
    async #send(endpointId: number): Promise<number | null> {
      try {
        const { sendDue } = await sending();
        const ctx = openJobContext(runtimeOf(this.env), this.ctx);
        this.#again = false;
        const next = await sendDue(ctx, endpointId, Date.now() + SHIFT);
        return this.#again ? Date.now() : next;
      } catch (error) {
        log("warn", "webhooks.send", { endpoint: endpointId }, error);
        return Date.now() + PAUSE;
      }
    }
  };
}
