/** What comes in on a room's sockets: checked, understood, and carried out or answered with what is wrong. */
import type { Caller } from "../../http/caller.ts";
import { log } from "../../log.ts";
import { isoTime } from "../../time.ts";
import type { EntryRate } from "../entry-rate.ts";
import type { Presence } from "../fanout/presence.ts";
import type { Subscriptions } from "../fanout/subscriptions.ts";
import type { AppendRequest, RoomHandler } from "../handler.ts";
import type { GroupCommit } from "../log/group-commit.ts";
import type { Entry } from "../log/journal.ts";
import type { RoomState } from "../log/state.ts";
import { CLOSE, encode, fault, PROTOCOL, type RoomFrame } from "./frames.ts";
import { appendRequestOf, draftOf, readFrame, textOf, type Writer } from "./parse-frame.ts";
import { credentialEnd, endOf, type Sockets } from "./sockets.ts";

/** The parts of a room that its sockets reach. */
export interface FrameHandlerParts {
  readonly handler: RoomHandler;
  readonly sockets: Sockets;
  readonly roomState: RoomState;
  readonly groupCommit: GroupCommit;
  readonly entryRate: EntryRate;
  readonly presence: Presence;
  /** Null in a room that follows no others. */
  readonly subscriptions: Subscriptions | null;
  readonly clock: () => number;
  /** Position of the newest entry. */
  readonly head: () => number;
  /** Something more is due. */
  readonly arm: () => void;
  /** A credential ends at another time now. */
  readonly renewed: () => void;
}

const NO_SUBSCRIPTIONS = fault("bad_frame", "Other rooms are followed from /ws/me/.");
/** Somebody has added more than they may, for now. */
export const TOO_MANY = fault("too_many", "You have written too much here. Send it again later.");
const LATER = fault("unavailable", "Send it again later.");

export class FrameHandler {
  readonly #reach: FrameHandlerParts;

  constructor(reach: FrameHandlerParts) {
    this.#reach = reach;
  }

  async message(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
    const { sockets, presence, clock } = this.#reach;
    // Whom we closed may still send until it answers the close, and one that means harm never does.
    if (socket.readyState !== WebSocket.OPEN) return;
    const facts = sockets.facts(socket);
    if (!sockets.withinRate(socket, clock())) return sockets.close(socket, CLOSE.tooFast, "too fast");
    if (credentialEnd(facts) <= clock()) return sockets.close(socket, CLOSE.unauthenticated, "expired");
    if (endOf(facts) <= clock()) return sockets.close(socket, CLOSE.forbidden, "no longer allowed");
    presence.hear(socket);
    const text = textOf(data);
    if (typeof text !== "string") return sockets.reportFault(socket, text);
    if (facts.dialect === PROTOCOL) await this.#native(socket, facts, text);
    else await this.#documented(socket, facts, text);
  }

  async #native(socket: WebSocket, writer: Writer, data: string): Promise<void> {
    const { sockets, subscriptions } = this.#reach;
    const frame = readFrame(data);
    if ("fault" in frame) return sockets.reportFault(socket, frame.fault, frame.ref);
    switch (frame.t) {
      case "say":
      case "points":
      case "read":
      case "typing":
        if (frame.room !== undefined) return this.#passOn(socket, frame, frame.room);
        if (frame.t === "say" || frame.t === "points")
          return this.#say(socket, writer, appendRequestOf(frame), frame.ref);
        return this.#gesture(socket, writer, frame);
      case "subscribe":
        if (!subscriptions) return sockets.reportFault(socket, NO_SUBSCRIPTIONS, frame.ref);
        sockets.resetFaults(socket);
        return subscriptions.join(socket, frame);
      case "unsubscribe":
        if (!subscriptions) return sockets.reportFault(socket, NO_SUBSCRIPTIONS);
        sockets.resetFaults(socket);
        return subscriptions.leave(socket, frame.room);
      case "auth":
        return this.#renew(socket, frame.token);
      case "ping":
        sockets.resetFaults(socket);
        return sockets.send(socket, encode({ t: "pong" }));
      default:
        return frame satisfies never;
    }
  }

  #documented(socket: WebSocket, writer: Writer, data: string): Promise<void> | void {
    const { sockets, handler } = this.#reach;
    const saying = handler.fromDocumented(data);
    if (!saying) return;
    if ("code" in saying) return sockets.reportFault(socket, saying);
    return this.#say(socket, writer, saying, null);
  }

  async #say(socket: WebSocket, writer: Writer, saying: AppendRequest, ref: string | null): Promise<void> {
    const { sockets, handler, groupCommit, entryRate } = this.#reach;
    const draft = draftOf(handler, writer, saying, ref);
    if ("code" in draft) return sockets.reportFault(socket, draft, ref ?? undefined);
    if (!entryRate.take(draft)) return sockets.tell(socket, TOO_MANY, ref ?? undefined);
    sockets.resetFaults(socket);
    await groupCommit.add({ draft, stored: (entry) => this.#confirm(socket, entry) });
  }

  /** Tells the author that it is stored. */
  #confirm(socket: WebSocket, entry: Entry): void {
    const { sockets, handler } = this.#reach;
    if (sockets.facts(socket).dialect !== PROTOCOL) {
      const words = handler.confirm?.(entry);
      if (words !== undefined) sockets.send(socket, words);
    } else if (entry.ref !== null) {
      const { ref, seq, at } = entry;
      sockets.send(socket, encode({ t: "ack", ref, seq, at: isoTime(at) }));
    }
  }

  /** What is shown and not said: typing, and how far somebody has read. */
  #gesture(socket: WebSocket, writer: Writer, frame: Extract<RoomFrame, { t: "read" | "typing" }>): void {
    const { sockets, presence, head, arm } = this.#reach;
    const refusal = presence.gesture(writer, frame, head());
    if (refusal) sockets.reportFault(socket, refusal);
    else sockets.resetFaults(socket);
    arm();
  }

  /** A frame for a room that this socket follows. */
  async #passOn(socket: WebSocket, frame: RoomFrame, room: string): Promise<void> {
    const { sockets, subscriptions } = this.#reach;
    const ref = "ref" in frame ? frame.ref : undefined;
    if (!subscriptions) return sockets.reportFault(socket, NO_SUBSCRIPTIONS, ref);
    const taken = await subscriptions.pass(socket, frame, room);
    if (!taken.ok) {
      const { code, detail } = taken;
      const isBad = code !== "unavailable" && code !== "too_many";
      return sockets[isBad ? "reportFault" : "tell"](socket, { code, detail }, ref, room);
    }
    sockets.resetFaults(socket);
    if (ref !== undefined)
      sockets.send(socket, encode({ t: "ack", room, ref, seq: taken.seq, at: isoTime(taken.at) }));
  }

  async #renew(socket: WebSocket, token: string): Promise<void> {
    const { sockets, handler, roomState, renewed } = this.#reach;
    let caller: Caller | null;
    try {
      caller = await handler.authenticate(token);
    } catch (error) {
      log("warn", "room.renew", { room: roomState.name }, error);
      return sockets.send(socket, encode({ t: "error", ...LATER }));
    }
    // A socket keeps its person: rights were decided for that one.
    const userId = sockets.facts(socket).caller?.userId;
    if (!caller || caller.userId !== userId || roomState.revocationOf({ caller })) {
      return sockets.close(socket, CLOSE.unauthenticated, "not accepted");
    }
    sockets.update(socket, { ...sockets.facts(socket), caller, faults: 0 });
    renewed();
  }
}
