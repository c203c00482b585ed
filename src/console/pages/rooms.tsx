/** Above the list of rooms: how many there are of each kind, and what some say of themselves. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useCode } from "../codes.ts";
import { useFormats, useWords } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Loading } from "../kit/page.tsx";
import { Ago } from "../records/fields/values.tsx";
import { call } from "../session.ts";

interface Rooms {
  readonly kinds: readonly { readonly kind: string; readonly rooms: number; readonly more: boolean }[];
  readonly rooms: readonly {
    readonly name: string;
    /** Null when the room did not answer. */
    readonly health: {
      readonly sockets: number;
      readonly subscribers: number;
      readonly entries: number;
      readonly waiting: number;
      readonly waits_since: string | null;
    } | null;
  }[];
}

/** An archive that waits longer than this is late, in ms: a room's alarm is the net after a minute. */
const LATE = 5 * 60_000;

export function RoomHealth() {
  const words = useWords();
  const code = useCode();
  const formats = useFormats();
  const [kind, setKind] = useState<string | null>(null);
  const { data, isFetching, refetch } = useQuery({
    queryKey: ["rooms", kind],
    queryFn: ({ signal }) =>
      call<Rooms>("GET", "/api/admin/rooms/health/", { query: { kind: kind ?? undefined }, signal }),
    // Each look is a call of every room that is asked.
    staleTime: 30_000,
  });
  if (!data) return <Loading />;
  return (
    <section className="board health" aria-label={words("rooms.health")}>
      <header>
        <h2>{words("rooms.health")}</h2>
        <Button onClick={() => refetch()} disabled={isFetching}>
          {words("rooms.again")}
        </Button>
      </header>
      <p className="row">
        {[null, ...data.kinds.map((each) => each.kind)].map((each) => {
          const counted = data.kinds.find((known) => known.kind === each);
          return (
            <Button key={each} look="quiet" aria-pressed={each === kind} onClick={() => setKind(each)}>
              {each === null ? words("rooms.all") : code(each)}
              {counted ? ` ${formats.number(counted.rooms)}${counted.more ? "+" : ""}` : ""}
            </Button>
          );
        })}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls what is wider than a phone */}
      <section className="scroll" tabIndex={0} aria-label={words("rooms.name")}>
        <table>
          <thead>
            <tr>
              <th>{words("rooms.name")}</th>
              <th className="number">{words("rooms.sockets")}</th>
              <th className="number">{words("rooms.subscribers")}</th>
              <th className="number">{words("rooms.entries")}</th>
              <th className="number">{words("rooms.waiting")}</th>
              <th>{words("rooms.since")}</th>
            </tr>
          </thead>
          <tbody>
            {data.rooms.map(({ name, health }) => (
              <tr key={name}>
                <td>{name}</td>
                {health ? (
                  <>
                    <td className="number">{formats.number(health.sockets)}</td>
                    <td className="number">{formats.number(health.subscribers)}</td>
                    <td className="number">{formats.number(health.entries)}</td>
                    <td className="number">{formats.number(health.waiting)}</td>
                    <td className={isLate(health.waits_since) ? "no" : ""}>
                      {health.waits_since ? <Ago value={health.waits_since} /> : "—"}
                    </td>
                  </>
                ) : (
                  <td className="no" colSpan={5}>
                    {words("rooms.silent")}
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p className="quiet">{words("rooms.about")}</p>
    </section>
  );
}

const isLate = (since: string | null) => since !== null && Date.now() - Date.parse(since) > LATE;
