/** The organizer's side of an event: makes it, changes it, calls it off. */
import { type FormEvent, useId, useState } from "react";
import { Button } from "../../console/kit/button.tsx";
import { useWords } from "../language.tsx";
import { useAction } from "../parts/action.ts";
import type { Person } from "../person/person.ts";
import { changeEvent, deleteEvent, type EventFields, type EventWire, later } from "./events.ts";
import { useLiveEvent } from "./live-event.ts";

export function NewEvent({ onCreate }: { onCreate: () => Promise<void> }) {
  const words = useWords();
  const { run, fault, isBusy } = useAction();
  return (
    <div className="pad new-event">
      <p>{words("event.begin")}</p>
      <Button look="main" icon="plus" disabled={isBusy} onClick={() => run(onCreate)}>
        {words("event.create")}
      </Button>
      <p className="fault" role="alert">
        {fault}
      </p>
    </div>
  );
}

interface OrganizerProps {
  readonly id: number;
  readonly person: Person;
  readonly onGone: () => void;
}

export function Organizer({ id, person, onGone }: OrganizerProps) {
  const { event } = useLiveEvent(id, person);
  return event ? <EventForm key={id} event={event} person={person} onGone={onGone} /> : null;
}

function EventForm({ event, person, onGone }: Omit<OrganizerProps, "id"> & { event: EventWire }) {
  const words = useWords();
  const id = useId();
  const { run, fault, isBusy } = useAction();
  const [fields, setFields] = useState(() => editable(event));
  const change = (more: Partial<EventFields>) => setFields((before) => ({ ...before, ...more }));
  const save = (changed: EventFields) => {
    setFields(changed);
    run(() => changeEvent(person.caravan, event.id, changed));
  };
  const submit = (submitted: FormEvent) => {
    submitted.preventDefault();
    save(fields);
  };
  return (
    <form className="pad event-form" onSubmit={submit}>
      <div className="field">
        <label htmlFor={`${id}-name`}>{words("event.title")}</label>
        <input
          id={`${id}-name`}
          required
          maxLength={100}
          value={fields.name}
          onChange={({ target }) => change({ name: target.value })}
        />
      </div>
      <div className="field">
        <label htmlFor={`${id}-place`}>{words("event.place")}</label>
        <input
          id={`${id}-place`}
          required
          maxLength={200}
          value={fields.address}
          onChange={({ target }) => change({ address: target.value })}
        />
      </div>
      <div className="field">
        <label htmlFor={`${id}-start`}>{words("event.start")}</label>
        <input
          id={`${id}-start`}
          type="datetime-local"
          required
          value={localTime(fields.start_date)}
          onChange={({ target }) =>
            target.value && change({ start_date: new Date(target.value).toISOString() })
          }
        />
      </div>
      <div className="row">
        <Button type="submit" look="main" disabled={isBusy}>
          {words("event.save")}
        </Button>
        <Button disabled={isBusy} onClick={() => save({ ...fields, start_date: later(fields.start_date) })}>
          {words("event.later")}
        </Button>
        <Button
          look="danger"
          disabled={isBusy}
          onClick={() => run(() => deleteEvent(person.caravan, event.id).then(onGone))}
        >
          {words("event.delete")}
        </Button>
      </div>
      <p className="fault" role="alert">
        {fault}
      </p>
    </form>
  );
}

const editable = ({ name, address, start_date }: EventWire): EventFields => ({
  name,
  address: address ?? "",
  start_date,
});

/** `2031-05-01T18:00` by this browser's clock, as the field for times wants it. */
function localTime(iso: string): string {
  const time = new Date(iso);
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
