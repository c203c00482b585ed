/** The Durable Object around a room: every call of the platform and of other objects goes to the engine. */
import { DurableObject } from "cloudflare:workers";
import { openJobContext } from "../http/request-context.ts";
import type { RequestContext, Runtime } from "../runtime.ts";
import type { StaleRights, SubscribeResult, Subscriber } from "./fanout/subscribers.ts";
import type { FrameResult, Latest, Published, RoomHandler, RoomObject } from "./handler.ts";
import type { Draft, Entry } from "./log/journal.ts";
import { Room } from "./room.ts";
import type { RoomFrame, ServerFrame } from "./socket/frames.ts";
import type { Revocation } from "./socket/sockets.ts";
import { roomIn } from "./stubs.ts";

/** The class of one kind of room; `src/index.ts` exports it under the name of its binding. */
export function roomObject(
  runtimeOf: (env: Cloudflare.Env) => Runtime,
  handlerFor: (openRequestContext: () => RequestContext) => RoomHandler,
) {
  return class extends DurableObject<Cloudflare.Env> implements RoomObject {
    readonly room: Room;

    constructor(state: DurableObjectState, env: Cloudflare.Env) {
      super(state, env);
      this.room = new Room(
        state,
        handlerFor(() => openJobContext(runtimeOf(env), state)),
        Date.now,
        (name) => roomIn(env, name),
        () => runtimeOf(env).settings.roomSockets,
      );
    }

    override async fetch(request: Request): Promise<Response> {
      await this.room.look();
      return this.room.open(request);
    }

    override async webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
      await this.room.message(socket, data);
    }

    override async webSocketClose(socket: WebSocket, code: number, reason: string): Promise<void> {
      this.room.closed(socket, code, reason);
    }

    /** A connection that broke is one that has gone. */
    override async webSocketError(socket: WebSocket): Promise<void> {
      this.room.closed(socket, 1011, "broken");
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

    recheck(name: string): Promise<void> {
      return this.room.recheck(name);
    }

    async revoke(revocation: Revocation, code: number, reason: string): Promise<number> {
      return this.room.revoke(revocation, code, reason);
    }

    async erase(author: number): Promise<void> {
      this.room.erase(author);
    }

    async empty(refs: readonly string[]): Promise<void> {
      this.room.empty(refs);
    }

    wake(name: string): Promise<void> {
      return this.room.wake(name);
    }

    flush(name: string): Promise<boolean> {
      return this.room.flush(name);
    }

    async latest(_name: string, limit: number, reader: number | null = null): Promise<Latest> {
      return this.room.latest(limit, reader);
    }

    async schedule(name: string, at: number): Promise<void> {
      this.room.schedule(name, at);
    }

    async subscribe(
      name: string,
      subscriber: Subscriber,
      epoch: string | null,
      since: number | null,
    ): Promise<SubscribeResult | StaleRights | null> {
      await this.room.look();
      return this.room.subscribe(name, subscriber, epoch, since);
    }

    async unsubscribe(inbox: string): Promise<void> {
      this.room.unsubscribe(inbox);
    }

    async read(inbox: string, epoch: string, since: number): Promise<Entry[] | null> {
      return this.room.read(inbox, epoch, since);
    }

    takeFrame(inbox: string, frame: RoomFrame): Promise<FrameResult> {
      return this.room.takeFrame(inbox, frame);
    }

    async relay(name: string, epoch: string, entries: readonly Entry[], head: number) {
      return this.room.relay(name, epoch, entries, head);
    }

    async heard(name: string): Promise<number | null> {
      return this.room.heard(name);
    }

    async relayFrame(name: string, frame: ServerFrame): Promise<void> {
      this.room.relayFrame(name, frame);
    }

    async dropped(name: string, code: number): Promise<void> {
      this.room.dropped(name, code);
    }
  };
}
