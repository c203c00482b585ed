/** Shortcuts of the conversations: what a key means, wherever letters are on the keyboard. */
import { useEffect, useRef, useSyncExternalStore } from "react";
import type { PlainWord } from "../../words.ts";

export type Command =
  | "next"
  | "previous"
  | "reply"
  | "note"
  | "mine"
  | "resolve"
  | "unread"
  | "details"
  | "search"
  | "help"
  | "back";

/** The letter of a key: on keyboards without Latin letters that of its place. */
function keyOf({ key, code, shiftKey }: Pick<KeyboardEvent, "key" | "code" | "shiftKey">): string {
  if (key === "?" || (code === "Slash" && shiftKey)) return "?";
  if (key === "/" || (code === "Slash" && !/^[a-z]$/i.test(key))) return "/";
  if (/^[a-z]$/i.test(key)) return key.toLowerCase();
  return code.startsWith("Key") && key.length === 1 ? code.slice(3).toLowerCase() : key;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  j: "next",
  k: "previous",
  r: "reply",
  n: "note",
  a: "mine",
  e: "resolve",
  u: "unread",
  d: "details",
  "/": "search",
  "?": "help",
  Escape: "back",
};

/** The command of a key press; null for none. Pure. */
export function commandOf(
  event: Pick<KeyboardEvent, "key" | "code" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey">,
): Command | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  return COMMANDS[keyOf(event)] ?? null;
}

/** Keys for the help, by what they do. */
export const HELP: readonly (readonly [keys: readonly string[], word: PlainWord])[] = [
  [["j", "↓"], "talk.key.next"],
  [["k", "↑"], "talk.key.previous"],
  [["Enter"], "talk.key.open"],
  [["r"], "talk.key.reply"],
  [["n"], "talk.key.note"],
  [["Ctrl Enter"], "talk.key.send"],
  [["/"], "talk.key.saved"],
  [["a"], "talk.key.mine"],
  [["e"], "talk.key.resolve"],
  [["u"], "talk.key.unread"],
  [["d"], "talk.key.details"],
  [["/"], "talk.key.search"],
  [["Esc"], "talk.key.back"],
  [["?"], "talk.key.help"],
];

const OFF = "caravan.keys.off";
const watchers = new Set<() => void>();
export function switchLetters(isOn: boolean): void {
  if (isOn) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, "yes");
  for (const tell of watchers) tell();
}
const watch = (tell: () => void) => {
  watchers.add(tell);
  return () => watchers.delete(tell);
};
/** Whether single letters are shortcuts; people who speak to their computer switch them off. */
export const useLetters = () => useSyncExternalStore(watch, () => localStorage.getItem(OFF) === null);

const TYPING = "input:not([type=checkbox]), textarea, select, [contenteditable]";

/** Runs commands by keys, not while something is typed or a dialog is open. `run` returns whether it did something. */
export function useCommands(run: (command: Command) => boolean): void {
  const newest = useRef(run);
  useEffect(() => {
    newest.current = run;
  });
  const letters = useLetters();
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const command = commandOf(event);
      if (!command || event.defaultPrevented || event.isComposing) return;
      if (!letters && command !== "back") return;
      const at = event.target instanceof Element ? event.target : null;
      if (document.querySelector("dialog[open]") || at?.closest(TYPING)) return;
      if (!newest.current(command)) return;
      event.preventDefault();
      // The page's own search is meant, not that of the frame.
      event.stopImmediatePropagation();
    };
    document.addEventListener("keydown", press, { capture: true });
    return () => document.removeEventListener("keydown", press, { capture: true });
  }, [letters]);
}
