/** Whether the server can be reached: what the browser knows of the network, and whether the last call got an answer. */
import { useSyncExternalStore } from "react";

let answers = true;
const watchers = new Set<() => void>();
const changed = () => {
  for (const tell of watchers) tell();
};
addEventListener("online", changed);
addEventListener("offline", changed);

const isOnline = () => answers && navigator.onLine;

/** Called with each call's outcome. */
export function noteAnswer(answered: boolean): void {
  if (answers === answered) return;
  answers = answered;
  changed();
}

function watch(tell: () => void): () => void {
  watchers.add(tell);
  return () => watchers.delete(tell);
}

export const useOnline = () => useSyncExternalStore(watch, isOnline);
