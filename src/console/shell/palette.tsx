/** The palette (Ctrl K): finds records, pages and actions, and shows what was opened lately. Made for the keyboard. */
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { useNavigate } from "react-router-dom";
import { useResources } from "../declaration.tsx";
import { useWords } from "../i18n.ts";
import { useDebounced } from "../kit/debounce.ts";
import { type Item, isFound, useActions, usePages } from "./palette-items.ts";
import { type Found, useRecords } from "./palette-records.ts";
import { recent, remember } from "./recent.ts";

/** Pages and actions shown beside records, and without a search. */
const MOST = 6;
/** What looks like a whole phone. */
const PHONE = /^\+?[\d\s().-]{10,}$/;

export function Palette({ onClose }: { onClose: () => void }) {
  const place = useRef<HTMLDialogElement>(null);
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const [isWaiting, setWaiting] = useState(false);
  const words = useWords();
  const navigate = useNavigate();
  const id = useId();
  const { groups, isPending } = useGroups(typed);
  const items = groups.flatMap((group) => group.items);
  useEffect(() => place.current?.showModal(), []);
  const choose = (item: Item | undefined, inNewTab = false) => {
    if (!item) return setWaiting(isPending);
    const { path, title, about = "", run } = item;
    run?.();
    if (path) {
      remember({ path, title, about });
      if (inNewTab) window.open(`/admin${path}`, "_blank");
      else navigate(path);
    }
    onClose();
  };
  // Enter was pressed before the records were there.
  useEffect(() => {
    if (isWaiting && items.length > 0) choose(items[0]);
  });
  useEffect(() => {
    document.getElementById(`${id}-${at}`)?.scrollIntoView({ block: "nearest" });
  }, [at, id]);
  const onKeyDown = (event: KeyboardEvent) => {
    const last = items.length - 1;
    if (event.key === "ArrowDown") setAt(at >= last ? 0 : at + 1);
    else if (event.key === "ArrowUp") setAt(at <= 0 ? Math.max(0, last) : at - 1);
    else if (event.key === "PageDown") setAt(Math.max(0, Math.min(at + MOST, last)));
    else if (event.key === "PageUp") setAt(Math.max(0, at - MOST));
    else if (event.key === "Enter") choose(items[at], event.ctrlKey || event.metaKey);
    else return;
    event.preventDefault();
  };
  let index = -1;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a click outside closes it, like Escape.
    <dialog
      ref={place}
      className="palette"
      aria-label={words("nav.search")}
      onClose={onClose}
      onClick={(event) => event.target === place.current && onClose()}
    >
      <input
        role="combobox"
        aria-expanded={items.length > 0}
        aria-controls={id}
        aria-activedescendant={items.length > 0 ? `${id}-${at}` : undefined}
        placeholder={words("palette.hint")}
        aria-label={words("nav.search")}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setAt(0);
          setWaiting(false);
        }}
        onKeyDown={onKeyDown}
      />
      <div id={id} role="listbox" aria-label={words("palette.found")} className="hits">
        {groups.map((group, nth) => (
          // biome-ignore lint/a11y/useSemanticElements: a listbox holds groups, not fieldsets.
          <div key={group.heading} role="group" aria-labelledby={`${id}-group-${nth}`}>
            <p id={`${id}-group-${nth}`} className="hits-heading" role="presentation">
              {group.heading}
            </p>
            {group.items.map((item) => {
              index += 1;
              const position = index;
              return (
                // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the combobox's.
                // biome-ignore lint/a11y/useFocusableInteractive: focus stays in the combobox.
                <div
                  key={item.key}
                  id={`${id}-${position}`}
                  role="option"
                  aria-selected={position === at}
                  onClick={(event) => choose(item, event.ctrlKey || event.metaKey)}
                >
                  <strong>{item.title}</strong>
                  {item.about ? <small>{item.about}</small> : null}
                </div>
              );
            })}
          </div>
        ))}
      </div>
      {typed.trim() && items.length === 0 ? (
        <p className="quiet pad" role="status">
          {words(isPending ? "palette.searching" : "record.noChoices")}
        </p>
      ) : null}
    </dialog>
  );
}

function useGroups(typed: string): { groups: readonly Found[]; isPending: boolean } {
  const words = useWords();
  const text = typed.trim();
  const search = useDebounced(text);
  const records = useRecords(search);
  const pages = usePages();
  const actions = useActions();
  const orders = useResources().find(({ further }) => further.includes("take"));
  const shown = (heading: string, items: readonly Item[]) => ({ heading, items: items.slice(0, MOST) });
  const groups = text
    ? [
        shown(
          words("palette.pages"),
          pages.filter((each) => isFound(each, text)),
        ),
        shown(
          words("palette.actions"),
          actions.filter((each) => isFound(each, text)),
        ),
        // Answers to an earlier text are not shown for this one.
        ...(search === text ? records.groups : []),
        ...(orders && PHONE.test(text)
          ? [
              shown(words("palette.actions"), [
                {
                  key: "order-by-phone",
                  path: `/${orders.name}/create?phone=${encodeURIComponent(text)}`,
                  title: words("palette.orderFor", { phone: text }),
                },
              ]),
            ]
          : []),
      ]
    : [
        shown(
          words("palette.recent"),
          recent().map((each) => ({ ...each, key: `recent:${each.path}` })),
        ),
        shown(words("palette.actions"), actions),
        shown(words("palette.pages"), pages),
      ];
  return {
    groups: groups.filter(({ items }) => items.length > 0),
    isPending: search !== text || records.isPending,
  };
}
