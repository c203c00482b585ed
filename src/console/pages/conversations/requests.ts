/** Conversations as the API returns them, and the calls of their page. */
import { pathOf } from "../../data.ts";
import { call } from "../../session.ts";
import type { SavedReply } from "./composer/replies.ts";

export const VIEWS = ["mine", "unassigned", "open", "closed", "all"] as const;
export type View = (typeof VIEWS)[number];
export const STATES = ["OPEN", "IN_PROGRESS", "RESOLVED", "CLOSED"] as const;
export const PRIORITIES = ["LOW", "NORMAL", "HIGH", "URGENT"] as const;

export interface Named {
  readonly id: number;
  readonly name: string;
}

interface Facts {
  readonly id: string;
  readonly subject: string;
  readonly status: string;
  readonly priority: string;
  readonly author: Named;
  readonly assigned_to: Named | null;
  readonly related_order: string | null;
  readonly created_at: string;
  readonly last_message_at: string;
  readonly unread: number;
}

export interface Row extends Facts {
  readonly last_message: {
    readonly text: string;
    readonly author: number;
    readonly is_internal: boolean;
    readonly has_attachments: boolean;
  } | null;
}

export interface Page {
  readonly results: readonly Row[];
  readonly cursor: string | null;
}

export interface Detail extends Facts {
  readonly closed_at: string | null;
  readonly author: Named & {
    readonly username: string;
    readonly phone: string;
    readonly email: string;
    readonly user_type: string;
    readonly created_at: string;
    readonly tickets: number;
  };
}

export interface Attachment {
  readonly id: number;
  readonly name: string;
  readonly content_type: string;
  readonly size: number;
  readonly url: string;
}

export interface Message {
  readonly id: string;
  readonly author: Named;
  readonly body: string;
  readonly is_internal: boolean;
  readonly created_at: string;
  readonly attachments: readonly Attachment[];
}

export interface Messages {
  readonly results: readonly Message[];
  readonly has_earlier: boolean;
}

export interface Counts extends Readonly<Record<Exclude<View, "all">, number>> {
  /** Own open conversations with something unread. */
  readonly unread: number;
}

/** More than this is shown as "or more". */
export const MOST_COUNTED = 1000;

export interface Colleague extends Named {
  readonly open: number;
}

const PATH = "/api/admin/conversations/";

export const listPage = (view: View, search: string, cursor: string | null, signal?: AbortSignal) =>
  call<Page>("GET", PATH, { query: { view, search, cursor }, signal });
export const readCounts = (signal?: AbortSignal) => call<Counts>("GET", `${PATH}counts/`, { signal });
export const readColleagues = (signal?: AbortSignal) =>
  call<readonly Colleague[]>("GET", `${PATH}colleagues/`, { signal });
export const readConversation = (id: string, signal?: AbortSignal) =>
  call<Detail>("GET", `${PATH}${id}/`, { signal });
export const readMessages = (id: string, before: string | null, signal?: AbortSignal) =>
  call<Messages>("GET", `${PATH}${id}/messages/`, { query: { before }, signal });
/** `message`: the newest one that was read; null marks the conversation as unread. */
export const markRead = (id: string, message: string | null) =>
  call("PUT", `${PATH}${id}/read/`, { body: { message } });

/** All saved replies, by title: a directory of the staff. */
export async function readReplies(signal?: AbortSignal): Promise<readonly SavedReply[]> {
  const { results } = await call<{ results: readonly SavedReply[] }>("GET", pathOf("saved-replies"), {
    query: { per_page: 100, sort: "title" },
    signal,
  });
  return results;
}

export const filesPath = (id: string) => `/api/v1/support/tickets/${id}/files/`;

export interface Answer {
  readonly body: string;
  readonly is_internal: boolean;
  readonly attachments: readonly number[];
}

/** `key`: the same for each attempt to send an answer, so that it is stored once. */
export const sendAnswer = (id: string, answer: Answer, key: string) =>
  call<{ id: string }>("POST", `/api/v1/support/tickets/${id}/messages/`, { body: answer, once: key });

type Field = "status" | "priority" | "assigned_to";

/**
 * Changes one field if it still has the value that this page shows; otherwise changes nothing and returns the value that
 * it has. Other fields may have changed meanwhile: the version that was read last is the one that is changed.
 */
export async function changeField(
  id: string,
  field: Field,
  shown: string | number | null,
  wanted: string | number | null,
): Promise<{ readonly now: unknown } | null> {
  const path = pathOf("support-tickets", id);
  for (let attempt = 1; ; attempt += 1) {
    const row = await call<Readonly<Record<string, unknown>>>("GET", path);
    const now = idIn(row[field]);
    if (now === wanted) return null;
    if (now !== shown && !(isWorkedOn(now) && isWorkedOn(shown))) return { now };
    try {
      await call("PATCH", path, { body: { [field]: wanted }, version: String(row.version) });
      return null;
    } catch (error) {
      const isStale = error instanceof Error && "status" in error && error.status === 412;
      if (!isStale || attempt === 5) throw error;
    }
  }
}

/** An answer moves an open ticket on, which is no colleague's decision. */
const isWorkedOn = (status: unknown) => status === "OPEN" || status === "IN_PROGRESS";

/** A reference may come with its record. */
function idIn(value: unknown): unknown {
  return typeof value === "object" && value !== null && "id" in value ? value.id : (value ?? null);
}
