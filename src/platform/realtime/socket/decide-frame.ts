/**
 * Decides what a frame asks of the room: parses it, and checks whether its sender may. Pure: the frame and its sender's
 * rights in, a decision out.
 */
import * as v from "valibot";
import { loneSurrogateIn, preview } from "../../characters.ts";
import type { Caller } from "../../http/caller.ts";
import { isDeeper, MAX_DEPTH } from "../../json.ts";
import type { AppendRequest, RoomHandler } from "../handler.ts";
import type { Draft } from "../log/entry.ts";
import type { SocketFacts } from "./attachment.ts";
import {
  ClientFrame,
  type Fault,
  fault,
  LIMITS,
  PROTOCOL,
  type RoomFrame,
  type SubscribeFrame,
} from "./frames.ts";

/** The sender of a frame, and whether the socket may send. */
export interface Writer {
  readonly caller: Caller | null;
  readonly readOnly?: boolean | undefined;
}

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
const TOO_DEEP = fault("bad_frame", "Nested too deeply.");
const NO_TEXT = fault("bad_frame", "Surrogate characters are not allowed.");

const LISTENER = fault("forbidden", "You may only listen here.");

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

function appendRequestOf(frame: Extract<RoomFrame, { t: "say" | "points" }>): AppendRequest {
  return frame.t === "say"
    ? { kind: frame.kind, body: frame.body }
    : { kind: "points", body: { points: frame.points } };
}

/** The draft that a request comes to; a fault when the sender may not write, or the body does not fit its kind. */
function draftOf(
  handler: Pick<RoomHandler, "mayWrite" | "says">,
  { caller, readOnly }: Writer,
  { kind, body }: AppendRequest,
  ref: string | null,
): Draft | Fault {
  const refusal = readOnly ? LISTENER : handler.mayWrite(caller);
  if (refusal) return refusal;
  const schema = Object.hasOwn(handler.says, kind) ? handler.says[kind] : undefined;
  if (!schema) return fault("bad_frame", "This room does not take that kind.");
  // The archive reads its batches with SQLite's JSON functions: one entry that they can't parse would block all later ones.
  if (isDeeper(body)) return TOO_DEEP;
  if (loneSurrogateIn(body)) return NO_TEXT;
  const parsed = v.safeParse(schema, body);
  if (!parsed.success) return fault("bad_frame", explain(parsed.issues));
  return { author: caller?.userId ?? 0, ref, kind, body: parsed.output };
}

/** The text of a frame; a fault when it is binary or too long. */
function textOf(data: string | ArrayBuffer): string | Fault {
  if (typeof data !== "string") return fault("bad_frame", "Text frames only.");
  return fits(data) ? data : fault("too_large", `A frame takes at most ${LIMITS.frame} bytes.`);
}

/** A unit of the string takes at most three bytes, so that most frames need no count. */
function fits(data: string): boolean {
  if (data.length > LIMITS.frame) return false;
  return 3 * data.length <= LIMITS.frame || new TextEncoder().encode(data).byteLength <= LIMITS.frame;
}

/** Parses a native frame; a fault with its ref, if it has one, when it can't be. */
function readFrame(data: string): ClientFrame | { readonly fault: Fault; readonly ref: string | undefined } {
  const json = parseJson(data);
  // The body is one level down.
  if (isDeeper(json, MAX_DEPTH + 1)) return { fault: TOO_DEEP, ref: refIn(json) };
  if (loneSurrogateIn(json)) return { fault: NO_TEXT, ref: refIn(json) };
  const parsed = v.safeParse(ClientFrame, json);
  return parsed.success
    ? parsed.output
    : { fault: fault("bad_frame", explain(parsed.issues)), ref: refIn(json) };
}

/** The ref of a frame that has one. */
export function refOf(frame: RoomFrame): string | undefined {
  return "ref" in frame ? frame.ref : undefined;
}

function parseJson(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

/** The ref of what could not be parsed, cut to its longest. */
function refIn(frame: unknown): string | undefined {
  if (typeof frame !== "object" || frame === null || !("ref" in frame)) return undefined;
  return typeof frame.ref === "string" ? preview(frame.ref, 64).toWellFormed() : undefined;
}

function explain(issues: readonly v.BaseIssue<unknown>[]): string {
  const [issue] = issues;
  if (!issue) return "The frame could not be read.";
  const path = issue.path?.map((step) => String(step.key)).join(".");
  return path ? `${path}: ${issue.message}` : issue.message;
}
