/** Answers that are not sent yet: kept in this browser for each conversation until they are sent, or until sign-out. */
import { useSyncExternalStore } from "react";
import { session } from "../../../session.ts";

export interface Draft {
  readonly text: string;
  readonly internal: boolean;
}

const KEY = "caravan.drafts";
/** The oldest are dropped beyond this. */
const MOST = 50;
const EMPTY: Draft = { text: "", internal: false };

const watchers = new Set<() => void>();
let kept: Readonly<Record<string, Draft>> = load();

function load(): Readonly<Record<string, Draft>> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}") as Record<string, Draft>;
  } catch {
    return {};
  }
}

function keep(next: Readonly<Record<string, Draft>>): void {
  kept = next;
  try {
    localStorage.setItem(KEY, JSON.stringify(next));
  } catch {
    // A full storage: the draft lasts as long as the page.
  }
  for (const tell of watchers) tell();
}

export function keepDraft(id: string, draft: Draft): void {
  const { [id]: _, ...others } = kept;
  const entries =
    draft.text === "" && !draft.internal
      ? Object.entries(others)
      : [...Object.entries(others), [id, draft] as const];
  keep(Object.fromEntries(entries.slice(-MOST)));
}

// What one person wrote is not shown to the next.
session.onChange(() => session.key() === null && keep({}));

const watch = (tell: () => void) => {
  watchers.add(tell);
  return () => watchers.delete(tell);
};

export function useDraft(id: string): Draft {
  const all = useSyncExternalStore(watch, () => kept);
  return all[id] ?? EMPTY;
}

export function useDrafts(): Readonly<Record<string, Draft>> {
  return useSyncExternalStore(watch, () => kept);
}
