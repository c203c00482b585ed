/** Parses what a client sent, and checks whether it may be stored. Pure. */
import * as v from "valibot";
import { loneSurrogateIn, preview } from "../../characters.ts";
import type { Caller } from "../../http/caller.ts";
import { isDeeper, MAX_DEPTH } from "../../json.ts";
import type { AppendRequest, RoomHandler } from "../handler.ts";
import type { Draft } from "../log/entry.ts";
import { ClientFrame, type Fault, fault, LIMITS, type RoomFrame } from "./frames.ts";

/** The sender of a frame, and whether the socket may send. */
export interface Writer {
  readonly caller: Caller | null;
  readonly readOnly?: boolean | undefined;
}

/** The text of a frame; a fault when it is binary or too long. */
export function textOf(data: string | ArrayBuffer): string | Fault {
  if (typeof data !== "string") return fault("bad_frame", "Text frames only.");
  const fits = data.length <= LIMITS.frame && new TextEncoder().encode(data).byteLength <= LIMITS.frame;
  return fits ? data : fault("too_large", `A frame takes at most ${LIMITS.frame} bytes.`);
}

/** Parses a native frame; a fault with its ref, if it has one, when it can't be. */
export function readFrame(
  data: string,
): ClientFrame | { readonly fault: Fault; readonly ref: string | undefined } {
  const json = parseJson(data);
  // The body is one level down.
  if (isDeeper(json, MAX_DEPTH + 1)) return { fault: TOO_DEEP, ref: refOf(json) };
  if (loneSurrogateIn(json)) return { fault: NO_TEXT, ref: refOf(json) };
  const parsed = v.safeParse(ClientFrame, json);
  return parsed.success
    ? parsed.output
    : { fault: fault("bad_frame", explain(parsed.issues)), ref: refOf(json) };
}

export function appendRequestOf(frame: Extract<RoomFrame, { t: "say" | "points" }>): AppendRequest {
  return frame.t === "say"
    ? { kind: frame.kind, body: frame.body }
    : { kind: "points", body: { points: frame.points } };
}

/** The draft that a request comes to; a fault when the sender may not write, or the body does not fit its kind. */
export function draftOf(
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

const TOO_DEEP = fault("bad_frame", "Nested too deeply.");
const NO_TEXT = fault("bad_frame", "Surrogate characters are not allowed.");

export const LISTENER = fault("forbidden", "You may only listen here.");

function parseJson(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

function refOf(frame: unknown): string | undefined {
  if (typeof frame !== "object" || frame === null || !("ref" in frame)) return undefined;
  return typeof frame.ref === "string" ? preview(frame.ref, 64).toWellFormed() : undefined;
}

function explain(issues: readonly v.BaseIssue<unknown>[]): string {
  const [issue] = issues;
  if (!issue) return "The frame could not be read.";
  const path = issue.path?.map((step) => String(step.key)).join(".");
  return path ? `${path}: ${issue.message}` : issue.message;
}
