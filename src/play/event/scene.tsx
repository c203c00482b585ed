/** One person changes an event, another one watches it change. */
import { useState } from "react";
import code from "../code/event.js?raw";
import { useWords } from "../language.tsx";
import { Code } from "../parts/code.tsx";
import { Seat } from "../parts/seat.tsx";
import { people } from "../person/people.ts";
import { createEvent } from "./events.ts";
import { NewEvent, Organizer } from "./organizer.tsx";
import { Watcher } from "./watcher.tsx";

/** The event stays over a reload of this tab. */
const KEPT = "caravan.play.event";

export function EventScene() {
  const words = useWords();
  const { client: organizer, driver: member } = people;
  const [id, setId] = useState(() => Number(sessionStorage.getItem(KEPT)) || null);
  const keep = (next: number | null) => {
    if (next === null) sessionStorage.removeItem(KEPT);
    else sessionStorage.setItem(KEPT, String(next));
    setId(next);
  };
  const [last, setLast] = useState<number | null>(null);
  const create = async () => {
    const names = {
      name: words("event.sampleName"),
      address: words("event.samplePlace"),
      description: words("event.sampleAbout"),
    };
    const { account } = member.view;
    const made = await createEvent(organizer.caravan, names, account ? [account] : []);
    setLast(null);
    keep(made);
  };
  const shown = id ?? last;
  const room = id === null ? null : `event:${id}`;
  return (
    <>
      <div className="seats">
        <Seat person={organizer} room={room}>
          {id === null ? (
            <NewEvent onCreate={create} />
          ) : (
            <Organizer
              id={id}
              person={organizer}
              onGone={() => {
                setLast(id);
                keep(null);
              }}
            />
          )}
        </Seat>
        <Seat person={member} room={room}>
          {shown === null ? (
            <p className="pad quiet">{words("event.none")}</p>
          ) : (
            <Watcher key={shown} id={shown} person={member} />
          )}
        </Seat>
      </div>
      <Code source={code} />
    </>
  );
}
