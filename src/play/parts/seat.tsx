/** One person's place: who it is, the line with its switch, the app, and the frames beside it. */
import { CaravanProvider } from "@caravan/client/react";
import { type ReactNode, useEffect } from "react";
import { Icon } from "../../console/kit/icon.tsx";
import { useWords } from "../language.tsx";
import { begin, useView } from "../person/people.ts";
import type { Person } from "../person/person.ts";
import { Frames } from "./frames.tsx";
import { CutSwitch, LineState } from "./line-state.tsx";
import { PushSwitch } from "./push-switch.tsx";
import { SignIn } from "./sign-in.tsx";

export interface SeatProps {
  readonly person: Person;
  /** The room whose position is shown; null while there is none. */
  readonly room: string | null;
  /** Takes a whole row. */
  readonly isWide?: boolean;
  readonly children: ReactNode;
}

export function Seat({ person, room, isWide = false, children }: SeatProps) {
  const words = useWords();
  const { state, account } = useView(person);
  useEffect(() => void begin(person), [person]);
  const role = words(`seat.${person.seat}`);
  const name = account?.first_name || account?.username || role;
  return (
    <CaravanProvider caravan={person.caravan}>
      <section className={`seat ${isWide ? "wide" : ""}`} aria-label={name} data-seat={person.seat}>
        <header>
          <span className="avatar" aria-hidden="true">
            {name.slice(0, 1).toUpperCase()}
          </span>
          <h3>
            {name}
            {account ? <small>{role}</small> : null}
          </h3>
          {account ? <CutSwitch person={person} name={name} /> : null}
          {account ? (
            <button
              type="button"
              className="button quiet bare"
              aria-label={`${words("seat.leave")}: ${name}`}
              title={words("seat.leave")}
              onClick={() => void person.signOut()}
            >
              <Icon name="exit" />
            </button>
          ) : null}
        </header>
        {account ? <LineState person={person} room={room} /> : null}
        {account ? <PushSwitch person={person} name={name} /> : null}
        <div className="seat-body">
          <div className="app">
            {state === "signedIn" ? children : null}
            {state === "signedOut" ? <SignIn person={person} /> : null}
            {state === "starting" ? <p className="pad quiet">{words("seat.starting")}</p> : null}
          </div>
          <Frames log={person.log} name={name} />
        </div>
      </section>
    </CaravanProvider>
  );
}
