/** What a person's connection is doing, the position that it has reached, and the switch that cuts the line. */
import { usePending, useRoom } from "@caravan/client/react";
import { useEffect, useState } from "react";
import { Button } from "../../console/kit/button.tsx";
import { useWords } from "../language.tsx";
import { useView } from "../person/people.ts";
import type { Person } from "../person/person.ts";

interface LineStateProps {
  readonly person: Person;
  readonly room: string | null;
}

export function LineState({ person, room }: LineStateProps) {
  const words = useWords();
  const { live, nextAttemptAt, attempts } = useView(person);
  const pending = usePending(room);
  const seconds = useSecondsUntil(nextAttemptAt);
  const isRetrying = live === "waiting" && seconds !== null;
  return (
    <div className="line-state" data-live={live}>
      <span className="chip" role="status">
        <span className="lamp" aria-hidden="true" />
        {words(`live.${live}`)}
        {live === "connecting" && attempts > 1 ? ` · ${words("live.attempt", { n: attempts })}` : ""}
      </span>
      {isRetrying ? (
        <span className="quiet number">
          {words("live.next", { n: attempts + 1, seconds: seconds.toFixed(1) })}
        </span>
      ) : null}
      {room ? <Position room={room} /> : null}
      {pending.length > 0 ? (
        <span className="queued number">{words("live.queued", { n: pending.length })}</span>
      ) : null}
    </div>
  );
}

/** Cuts a person's line, and restores it. */
export function CutSwitch({ person, name }: { person: Person; name: string }) {
  const words = useWords();
  const { isCut } = useView(person);
  return (
    <Button
      className="cut"
      look={isCut ? "main" : "danger"}
      aria-label={`${words(isCut ? "line.restore" : "line.cut")}: ${name}`}
      onClick={() => (isCut ? person.line.restore() : person.line.cut())}
    >
      {words(isCut ? "line.restore" : "line.cut")}
    </Button>
  );
}

/** The room and the newest position that the client has in it. */
function Position({ room: name }: { room: string }) {
  const words = useWords();
  const [seq, setSeq] = useState(0);
  const room = useRoom(name, {
    entry: (entry) => setSeq(entry.seq),
    reload: () => setSeq(room?.seq ?? 0),
    state: () => setSeq(room?.seq ?? 0),
  });
  useEffect(() => setSeq(room?.seq ?? 0), [room]);
  const [kind = "", id = ""] = name.split(":");
  return (
    <span className="position number" title={words("live.positionOf", { room: name })}>
      <code>
        {kind}:{id.slice(0, 8)}
      </code>{" "}
      {words("live.position")} <strong>{seq}</strong>
    </span>
  );
}

/** Seconds from now until a time, counted down; null without one. */
function useSecondsUntil(at: number | null): number | null {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (at === null) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 100);
    return () => clearInterval(timer);
  }, [at]);
  return at === null ? null : Math.max(0, at - now) / 1000;
}
