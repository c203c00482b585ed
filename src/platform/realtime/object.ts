/** The Durable Object around a room: every call of the platform and of other objects goes to the engine. */
import { DurableObject } from "cloudflare:workers";
import { openJobScope } from "../http/scope.ts";
import type { Runtime, Scope } from "../runtime.ts";
import type { Followed, Follower, StaleRights } from "./followers.ts";
import type { RoomFrame, ServerFrame } from "./frames.ts";
import type { Draft, Entry } from "./journal.ts";
import { Room } from "./room.ts";
import { roomIn } from "./rooms.ts";
import type { Revocation } from "./sockets.ts";
import type { Latest, Published, RoomObject, Taken, Tenant } from "./tenant.ts";

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

    async follow(
      name: string,
      follower: Follower,
      epoch: string | null,
      since: number | null,
    ): Promise<Followed | StaleRights | null> {
      await this.room.look();
      return this.room.follow(name, follower, epoch, since);
    }

    async unfollow(inbox: string): Promise<void> {
      this.room.unfollow(inbox);
    }

    async read(inbox: string, epoch: string, since: number): Promise<Entry[] | null> {
      return this.room.read(inbox, epoch, since);
    }

    take(inbox: string, frame: RoomFrame): Promise<Taken> {
      return this.room.take(inbox, frame);
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
