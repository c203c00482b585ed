/** Kinds of entries that any room may have: their bodies are empty, and their positions stay, so that no client sees a gap. */
import * as v from "valibot";
import type { Body } from "./channel.ts";

const Empty = v.strictObject({});

const empty = (summary: string): Body => ({ schema: Empty, summary, example: {} });

export const HIDDEN = empty(
  "An entry that this reader may not see. Move your position past it and show nothing.",
);
export const ERASED = empty(
  "An entry whose content was deleted, with its author's account or with what it was about. Show nothing.",
);
export const GONE = empty(
  "The last entry of a room whose thing was deleted. The socket closes with 4004 right after it.",
);
