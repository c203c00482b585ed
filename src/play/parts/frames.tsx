/** Everything that went over one person's line, the newest at the bottom: filtered, opened and copied. */
import { useEffect, useId, useRef, useState, useSyncExternalStore } from "react";
import { Button } from "../../console/kit/button.tsx";
import { Icon } from "../../console/kit/icon.tsx";
import { useWords } from "../language.tsx";
import type { WireLog, WireRow } from "../person/wire-log.ts";
import { CopyButton } from "./copy-button.tsx";
import { FrameRow } from "./frame-row.tsx";

const CHOICES = ["all", "sent", "received", "requests"] as const;
type Choice = (typeof CHOICES)[number];

/** A row in one line, as it is copied: `12:30:01.250 → say {"t":"say",…}`. */
export function textOf(row: WireRow): string {
  const { at, direction, name, summary, value } = row;
  const arrow = { in: "←", out: "→", line: "·" }[direction];
  const isAsked = isRequest(row) && direction === "out";
  const all = value === null ? "" : JSON.stringify(value);
  const rest = isAsked ? [summary, all] : [all || summary];
  return [new Date(at).toISOString().slice(11, 23), arrow, name, ...rest].filter(Boolean).join(" ");
}

/** A request or its response: methods are capitals, statuses digits. */
export const isRequest = ({ name }: Pick<WireRow, "name">) => /^([A-Z]+|\d{3}|failed)$/.test(name);

function isChosen(row: WireRow, choice: Choice): boolean {
  switch (choice) {
    case "all":
      return true;
    case "requests":
      return isRequest(row);
    default:
      return row.direction === (choice === "sent" ? "out" : "in");
  }
}

export function Frames({ log, name }: { log: WireLog; name: string }) {
  const words = useWords();
  const rows = useSyncExternalStore(log.onChange, () => log.rows);
  const [isOpen, setOpen] = useState(!isNarrow);
  return (
    <div className="frames">
      <button type="button" className="frames-head" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <Icon name={isOpen ? "down" : "right"} />
        {words("frames.name")} <span className="count number">{rows.length}</span>
      </button>
      {isOpen ? <OpenFrames log={log} rows={rows} name={name} /> : null}
    </div>
  );
}

interface OpenFramesProps {
  readonly log: WireLog;
  readonly rows: readonly WireRow[];
  readonly name: string;
}

function OpenFrames({ log, rows, name }: OpenFramesProps) {
  const words = useWords();
  const id = useId();
  const [choice, setChoice] = useState<Choice>("all");
  const [search, setSearch] = useState("");
  const wanted = search.trim().toLowerCase();
  const shown = rows.filter(
    (row) => isChosen(row, choice) && (wanted === "" || textOf(row).toLowerCase().includes(wanted)),
  );
  const list = useFollowed(shown);
  return (
    <>
      <div className="frames-tools">
        <label className="visually-hidden" htmlFor={`${id}-choice`}>
          {words("frames.show")}
        </label>
        <select
          id={`${id}-choice`}
          value={choice}
          onChange={(event) => setChoice(event.target.value as Choice)}
        >
          {CHOICES.map((each) => (
            <option key={each} value={each}>
              {words(`frames.${each}`)}
            </option>
          ))}
        </select>
        <input
          type="search"
          value={search}
          placeholder={words("frames.search")}
          aria-label={words("frames.search")}
          onChange={(event) => setSearch(event.target.value)}
        />
        <CopyButton text={() => shown.map(textOf).join("\n")} label={words("frames.copyAll")} isBare />
        <Button icon="trash" look="quiet" label={words("frames.clear")} onClick={() => log.clear()} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by the keyboard */}
      <section className="frames-list" ref={list} tabIndex={0} aria-label={words("frames.of", { name })}>
        {shown.length === 0 ? (
          <p className="pad quiet">{words(rows.length === 0 ? "frames.none" : "frames.noMatch")}</p>
        ) : (
          <ol>
            {shown.map((row) => (
              <FrameRow key={row.id} row={row} />
            ))}
          </ol>
        )}
      </section>
    </>
  );
}

/** On a phone the frames are closed at first, so that both people are in sight. */
const isNarrow = matchMedia("(max-width: 699px)").matches;

/** Keeps the newest row in sight until the reader scrolls up. */
function useFollowed(rows: readonly WireRow[]) {
  const list = useRef<HTMLDivElement>(null);
  const newest = rows.at(-1)?.id;
  const isFollowing = useRef(true);
  useEffect(() => {
    const element = list.current;
    if (!element) return;
    let top = element.scrollTop;
    const look = () => {
      const isAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight < 40;
      // Rows that came meanwhile move the end away; only a reader moves up.
      if (isAtEnd || element.scrollTop < top) isFollowing.current = isAtEnd;
      top = element.scrollTop;
    };
    element.addEventListener("scroll", look);
    return () => element.removeEventListener("scroll", look);
  }, []);
  useEffect(() => {
    if (newest !== undefined && isFollowing.current)
      list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [newest]);
  return list;
}
