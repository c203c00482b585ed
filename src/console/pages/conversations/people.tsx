/** People in conversations: a circle with their initials, in a colour of their own. */
import type { Named } from "./requests.ts";

/** How many colours the sheet has. */
const COLOURS = 6;

export function Avatar({ person, isSmall = false }: { person: Named; isSmall?: boolean }) {
  const initials = person.name
    .split(/[\s._-]+/)
    .map((word) => [...word][0] ?? "")
    .slice(0, 2)
    .join("");
  return (
    <span
      className={isSmall ? "avatar small" : "avatar"}
      data-colour={person.id % COLOURS}
      title={person.name}
      aria-hidden="true"
    >
      {initials.toUpperCase()}
    </span>
  );
}
