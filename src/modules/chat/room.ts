/** Room handler for a chat of two friends. In the documented dialect a message is raw text. */
import * as v from "valibot";
import type { RoomHandler } from "../../platform/realtime/handler.ts";
import type { Entry } from "../../platform/realtime/log/entry.ts";
import type { Journal } from "../../platform/realtime/log/journal/journal.ts";
import { fault } from "../../platform/realtime/socket/frames.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { isoTime } from "../../platform/time.ts";
import { socketTokenRefresh } from "../identity/index.ts";
import { archiveMessages, archiveReads } from "./archive.ts";
import { chatRights } from "./facts.ts";
import { MAX_TEXT } from "./rules.ts";

export const MessageBody = v.strictObject({
  text: v.pipe(
    v.string(),
    v.minLength(1, "A message is not empty."),
    v.maxCodePoints(MAX_TEXT, `A message has at most ${MAX_TEXT} characters.`),
  ),
});

/** Pause between two batches of the archive: lists show a message within twice this time. Milliseconds. */
const PAUSE = 750;

export function chatRoomHandler(openRequestContext: () => RequestContext): RoomHandler {
  return {
    says: { message: MessageBody },
    social: true,
    archivePause: PAUSE,
    mayWrite: (caller) => (caller ? null : fault("unauthenticated", "Sign in to write here.")),
    // Every frame is a message, including `ping`, JSON and spaces.
    fromDocumented: (text) => ({ kind: "message", body: { text } }),
    toDocumented: documented,
    greet: (journal: Journal) =>
      journal
        .latest(openRequestContext().runtime.settings.chatPage)
        .map(documented)
        .filter((frame) => frame !== null),
    authorize: (room, userIds) =>
      chatRights(openRequestContext(), Number(room.slice("chat:".length)), userIds),
    archive: (room, epoch, entries, present) =>
      archiveMessages(openRequestContext(), room, epoch, entries, present),
    archiveReads: (room, reads) => archiveReads(openRequestContext(), room, reads),
    authenticate: socketTokenRefresh(openRequestContext),
  };
}

function documented({ seq, author, kind, at, body }: Entry): string | null {
  if (kind !== "message") return null;
  return JSON.stringify({ id: seq, sender: author || null, text: body.text, timestamp: isoTime(at) });
}
