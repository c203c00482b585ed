/** The theme: the system's until the person chooses one. */
import { useSyncExternalStore } from "react";

const KEPT = "caravan.theme";
export type Theme = "light" | "dark";

const system = matchMedia("(prefers-color-scheme: dark)");
const watchers = new Set<() => void>();

function read(): Theme {
  const kept = localStorage.getItem(KEPT);
  return kept === "light" || kept === "dark" ? kept : system.matches ? "dark" : "light";
}

function apply(): void {
  document.documentElement.dataset.theme = read();
  for (const watcher of watchers) watcher();
}
apply();
system.addEventListener("change", apply);

export function toggleTheme(): void {
  localStorage.setItem(KEPT, read() === "dark" ? "light" : "dark");
  apply();
}

export function useTheme(): Theme {
  return useSyncExternalStore((watcher) => {
    watchers.add(watcher);
    return () => watchers.delete(watcher);
  }, read);
}
