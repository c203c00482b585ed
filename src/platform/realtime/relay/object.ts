/** The Durable Object around a relay. Its name says the room and the number: `event:7/3`. */
import { DurableObject } from "cloudflare:workers";
import { openJobContext } from "../../http/request-context.ts";
import type { RequestContext, Runtime } from "../../runtime.ts";
import type { ShownValue } from "../fanout/latest.ts";
import type { RelayedHandler } from "../handler.ts";
import type { EntranceFacts } from "../log/state.ts";
import type { Revocation } from "../rights/revocation.ts";
import { roomIn } from "../stubs.ts";
import { Relay } from "./relay.ts";
import { type Push, parseRelayName, type RelayMethods, type RelayReport } from "./rpc.ts";

type RelayClass = new (
  state: DurableObjectState,
  env: Cloudflare.Env,
) => DurableObject<Cloudflare.Env> & RelayMethods;

/** The class of the relays of these kinds of rooms. */
export function relayObject(
  runtimeOf: (env: Cloudflare.Env) => Runtime,
  handlers: Readonly<Record<string, (openRequestContext: () => RequestContext) => RelayedHandler>>,
): RelayClass {
  return class extends DurableObject<Cloudflare.Env> implements RelayMethods {
    readonly #relay: Relay;

    constructor(state: DurableObjectState, env: Cloudflare.Env) {
      super(state, env);
      const { room } = parseRelayName(state.id.name ?? "");
      const [kind = ""] = room.split(":");
      const handlerFor = handlers[kind];
      if (!handlerFor) throw new Error(`rooms of this kind have no relays: ${room}`);
      const handler = handlerFor(() => openJobContext(runtimeOf(env), state));
      this.#relay = new Relay(state, handler, () => roomIn(env, room), {
        mostSockets: () => runtimeOf(env).settings.roomSockets,
        relaySockets: () => runtimeOf(env).settings.relaySockets,
      });
    }

    override fetch(request: Request): Promise<Response> {
      return this.#relay.connect(request);
    }

    override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
      return this.#relay.message(socket, data);
    }

    override webSocketClose(socket: WebSocket, code: number, reason: string): void {
      this.#relay.closed(socket, code, reason);
    }

    /** A broken connection counts as closed. */
    override webSocketError(socket: WebSocket): void {
      this.#relay.closed(socket, 1011, "broken");
    }

    override alarm(): Promise<void> {
      return this.#relay.alarm();
    }

    push(push: Push): Promise<RelayReport | null> {
      return this.#relay.push(push);
    }

    end(push: Push, code: number, reason: string): Promise<void> {
      return this.#relay.end(push, code, reason);
    }

    revoke(revocation: Revocation, code: number, reason: string): Promise<number> {
      return this.#relay.revoke(revocation, code, reason);
    }

    heardFrom(userId: number): Promise<number> {
      return this.#relay.heardFrom(userId);
    }

    recheck(facts: EntranceFacts): Promise<void> {
      return this.#relay.recheck(facts);
    }

    show(shown: ShownValue): Promise<void> {
      return this.#relay.show(shown);
    }

    forgetEntries(): Promise<void> {
      return this.#relay.forgetEntries();
    }
  };
}
