/** One row of the frames: a line that opens into all of it. */
import { memo, useState } from "react";
import { useWords } from "../language.tsx";
import type { WireRow } from "../person/wire-log.ts";
import { CopyButton } from "./copy-button.tsx";

const ARROWS = { in: "←", out: "→", line: "·" } as const;

export const FrameRow = memo(function FrameRow({ row }: { row: WireRow }) {
  const words = useWords();
  const [isOpen, setOpen] = useState(false);
  const { at, direction, name, summary, value } = row;
  const text = JSON.stringify(value, null, 2);
  const line = (
    <>
      <time dateTime={new Date(at).toISOString()}>{timeOf(at)}</time>
      <span className="arrow" role="img" aria-label={words(`frames.${direction}`)}>
        {ARROWS[direction]}
      </span>
      <b>{name}</b>
      <span className="rest">{summary}</span>
    </>
  );
  if (value === null)
    return (
      <li className={`frame ${direction}`}>
        <div className="frame-line">{line}</div>
      </li>
    );
  return (
    <li className={`frame ${direction}`}>
      <button type="button" className="frame-line" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {line}
      </button>
      {isOpen ? (
        <div className="frame-all">
          <pre>{text}</pre>
          <CopyButton text={() => text} label={words("frames.copy")} />
        </div>
      ) : null}
    </li>
  );
});

/** `12:30:01.250` by this browser's clock. */
function timeOf(at: number): string {
  const time = new Date(at);
  const two = (part: number) => String(part).padStart(2, "0");
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":");
  return `${clock}.${String(time.getMilliseconds()).padStart(3, "0")}`;
}
