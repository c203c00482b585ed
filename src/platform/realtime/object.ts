/** The Durable Object around a room: every call of the platform and of other objects goes to the engine. */
import { DurableObject } from "cloudflare:workers";
import { openJobScope } from "../http/scope.ts";
import type { Runtime, Scope } from "../runtime.ts";
import type { Draft } from "./journal.ts";
import { Room } from "./room.ts";
import type { Revocation } from "./sockets.ts";
import type { Published, RoomObject, Tenant } from "./tenant.ts";

/** The class of one kind of room; `src/index.ts` exports it under the name of its binding. */
export function roomObject(
  runtimeOf: (env: Cloudflare.Env) => Runtime,
  tenantFor: (openScope: () => Scope) => Tenant,
) {
  return class extends DurableObject<Cloudflare.Env> implements RoomObject {
    readonly room: Room;

    constructor(state: DurableObjectState, env: Cloudflare.Env) {
      super(state, env);
      this.room = new Room(
        state,
        tenantFor(() => openJobScope(runtimeOf(env), state)),
      );
    }

    override async fetch(request: Request): Promise<Response> {
      return this.room.open(request);
    }

    override async webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
      await this.room.message(socket, data);
    }

    override async webSocketClose(socket: WebSocket, code: number, reason: string): Promise<void> {
      this.room.closed(socket, code, reason);
    }

    override async alarm(): Promise<void> {
      await this.room.alarm();
    }

    async publish(name: string, draft: Omit<Draft, "author">): Promise<Published> {
      return this.room.publish(name, draft);
    }

    async retire(name: string, draft: Omit<Draft, "author">): Promise<void> {
      this.room.retire(name, draft);
    }

    async revoke(revocation: Revocation, code: number, reason: string): Promise<number> {
      return this.room.revoke(revocation, code, reason);
    }

    async erase(author: number): Promise<void> {
      this.room.erase(author);
    }

    wake(name: string): Promise<void> {
      return this.room.wake(name);
    }
  };
}
