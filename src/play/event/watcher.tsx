/** A member's side of an event: what it is now, with the last change marked. */
import { useLanguage, useWords } from "../language.tsx";
import type { Person } from "../person/person.ts";
import { type ShownField, useLiveEvent } from "./live-event.ts";

export function Watcher({ id, person }: { id: number; person: Person }) {
  const words = useWords();
  const { locale } = useLanguage();
  const { event, isGone, changed, changes } = useLiveEvent(id, person);
  if (isGone) return <p className="pad event-gone">{words("event.gone")}</p>;
  if (!event) return null;
  const start = new Date(event.start_date).toLocaleString(locale, { dateStyle: "long", timeStyle: "short" });
  const rows: [ShownField, string, string][] = [
    ["address", words("event.place"), event.address ?? ""],
    ["start_date", words("event.start"), start],
  ];
  return (
    <article className="pad event-card" aria-live="polite">
      {/* A new element after each change shows its mark again. */}
      <h4 key={`name-${changes}`} className={changed.has("name") ? "changed" : ""}>
        {event.name}
      </h4>
      <dl>
        {rows.map(([field, label, value]) => (
          <div key={`${field}-${changes}`} className={changed.has(field) ? "changed" : ""}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        <div>
          <dt>{words("event.members")}</dt>
          <dd>{event.members_count}</dd>
        </div>
      </dl>
      <p className="quiet number">{words("event.changes", { n: changes })}</p>
    </article>
  );
}
