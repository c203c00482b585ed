/** The Durable Object around a room: hands every call of the platform and of other objects to the room's faces. */
import { DurableObject } from "cloudflare:workers";
import { openJobContext } from "../http/request-context.ts";
import type { RequestContext, Runtime } from "../runtime.ts";
import type { RoomHandler } from "./handler.ts";
import { Room } from "./room.ts";
import { FACE_OF, type RoomMethods } from "./rpc.ts";
import { relayIn, roomIn } from "./stubs.ts";

type RoomClass = new (
  state: DurableObjectState,
  env: Cloudflare.Env,
) => DurableObject<Cloudflare.Env> & RoomMethods & { readonly room: Room };

/** The class of one kind of room; `src/index.ts` exports it under the name of its binding. */
export function roomObject(
  runtimeOf: (env: Cloudflare.Env) => Runtime,
  handlerFor: (openRequestContext: () => RequestContext) => RoomHandler,
): RoomClass {
  class RoomDurableObject extends DurableObject<Cloudflare.Env> {
    readonly room: Room;

    constructor(state: DurableObjectState, env: Cloudflare.Env) {
      super(state, env);
      const handler = handlerFor(() => openJobContext(runtimeOf(env), state));
      this.room = new Room(state, handler, {
        objects: (name) => roomIn(env, name),
        relayObject: (room, number) => relayIn(env, room, number),
        mostSockets: () => runtimeOf(env).settings.roomSockets,
        entryFlow: () => runtimeOf(env).settings.rates.roomEntries,
        relaySockets: () => runtimeOf(env).settings.relaySockets,
      });
    }

    override fetch(request: Request): Promise<Response> {
      return this.room.sockets.connect(request);
    }

    override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
      return this.room.sockets.message(socket, data);
    }

    override webSocketClose(socket: WebSocket, code: number, reason: string): void {
      this.room.sockets.closed(socket, code, reason);
    }

    /** A broken connection counts as closed. */
    override webSocketError(socket: WebSocket): void {
      this.room.sockets.closed(socket, 1011, "broken");
    }

    override alarm(): Promise<void> {
      return this.room.lifecycle.alarm();
    }
  }
  for (const [method, face] of Object.entries(FACE_OF)) {
    // RPC finds methods on the prototype only. Writable, as a method in the class's body is.
    Object.defineProperty(RoomDurableObject.prototype, method, {
      configurable: true,
      writable: true,
      async value(this: RoomDurableObject, ...args: unknown[]) {
        return (this.room[face] as unknown as Record<string, (...args: unknown[]) => unknown>)[method]?.(
          ...args,
        );
      },
    });
  }
  return RoomDurableObject as unknown as RoomClass;
}
