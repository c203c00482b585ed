/** Decides what a frame asks of the room. Pure: the frame and its sender's rights in, a decision out. */
import type * as v from "valibot";
import type { RoomHandler } from "../handler.ts";
import type { Draft } from "../log/entry.ts";
import { type Fault, fault, PROTOCOL, type RoomFrame, type SubscribeFrame } from "./frames.ts";
import { appendRequestOf, draftOf, LISTENER, readFrame, textOf, type Writer } from "./parse-frame.ts";
import type { SocketFacts } from "./socket-facts.ts";

/** A typing indicator or a read receipt: shown to the others, and no entry. */
export type Indicator = Extract<RoomFrame, { t: "read" | "typing" }>;

interface Reject {
  readonly do: "reject";
  readonly fault: Fault;
  readonly ref: string | undefined;
}

/** What a frame for this room comes down to. */
export type RoomDecision =
  | Reject
  | { readonly do: "append"; readonly draft: Draft }
  | { readonly do: "indicate"; readonly userId: number; readonly frame: Indicator };

/** What any frame of a socket comes down to. */
export type Decision =
  | RoomDecision
  | { readonly do: "ignore" }
  | { readonly do: "forward"; readonly room: string; readonly frame: RoomFrame }
  | { readonly do: "subscribe"; readonly frame: v.InferOutput<typeof SubscribeFrame> }
  | { readonly do: "unsubscribe"; readonly room: string }
  | { readonly do: "refresh"; readonly token: string }
  | { readonly do: "pong" };

type Rules = Pick<RoomHandler, "says" | "mayWrite" | "social" | "fromDocumented" | "authorizeSubscription">;

const NO_SUBSCRIPTIONS = fault("bad_frame", "Other rooms are followed from /ws/me/.");
const NO_INDICATORS = fault("bad_frame", "This room does not support typing or read receipts.");

const reject = (fault: Fault, ref?: string): Reject => ({ do: "reject", fault, ref });

/** Decides a frame as it came in on a socket. */
export function decide(rules: Rules, sender: SocketFacts, data: string | ArrayBuffer): Decision {
  const text = textOf(data);
  if (typeof text !== "string") return reject(text);
  return sender.dialect === PROTOCOL
    ? decideNative(rules, sender, text)
    : decideDocumented(rules, sender, text);
}

function decideNative(rules: Rules, writer: Writer, text: string): Decision {
  const frame = readFrame(text);
  if ("fault" in frame) return reject(frame.fault, frame.ref);
  switch (frame.t) {
    case "say":
    case "points":
    case "read":
    case "typing":
      if (frame.room === undefined) return decideRoomFrame(rules, writer, frame);
      if (!rules.authorizeSubscription) return reject(NO_SUBSCRIPTIONS, refOf(frame));
      return { do: "forward", room: frame.room, frame };
    case "subscribe":
      return rules.authorizeSubscription ? { do: "subscribe", frame } : reject(NO_SUBSCRIPTIONS, frame.ref);
    case "unsubscribe":
      return rules.authorizeSubscription ? { do: "unsubscribe", room: frame.room } : reject(NO_SUBSCRIPTIONS);
    case "auth":
      return { do: "refresh", token: frame.token };
    case "ping":
      return { do: "pong" };
    default:
      return frame satisfies never;
  }
}

function decideDocumented(rules: Rules, writer: Writer, text: string): Decision {
  const request = rules.fromDocumented(text);
  if (!request) return { do: "ignore" };
  if ("code" in request) return reject(request);
  const draft = draftOf(rules, writer, request, null);
  return "code" in draft ? reject(draft) : { do: "append", draft };
}

/** Decides a native frame that is meant for this room, whether it came by a socket of its own or through an inbox. */
export function decideRoomFrame(
  rules: Pick<Rules, "says" | "mayWrite" | "social">,
  writer: Writer,
  frame: RoomFrame,
): RoomDecision {
  if (frame.t === "say" || frame.t === "points") {
    const draft = draftOf(rules, writer, appendRequestOf(frame), frame.ref);
    return "code" in draft ? reject(draft, frame.ref) : { do: "append", draft };
  }
  if (!rules.social) return reject(NO_INDICATORS);
  if (!writer.caller || writer.readOnly) return reject(LISTENER);
  return { do: "indicate", userId: writer.caller.userId, frame };
}

/** The ref of a frame that has one. */
export function refOf(frame: RoomFrame): string | undefined {
  return "ref" in frame ? frame.ref : undefined;
}
