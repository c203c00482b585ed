/** The search dialog (Ctrl K) for records and pages. */
import { useQueries } from "@tanstack/react-query";
import type { RaRecord } from "ra-core";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { useNavigate } from "react-router-dom";
import { pathOf } from "../data.ts";
import { type Resource, useLabel, useResources } from "../declaration.tsx";
import { useWords } from "../i18n.ts";
import { useDebounced } from "../kit/debounce.ts";
import { subtitleOf, titleOf } from "../records/fields/titles.ts";
import { call } from "../session.ts";

/** Resources that are searched for records, the most used first; others are found by name. */
const WITHIN = ["user", "order", "tow_truck", "client_vehicle", "ticket", "event", "car_post"];

interface Hit {
  readonly path: string;
  readonly title: string;
  readonly about: string;
}

export function Palette({ onClose }: { onClose: () => void }) {
  const place = useRef<HTMLDialogElement>(null);
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const words = useWords();
  const navigate = useNavigate();
  const id = useId();
  const hits = useHits(typed);
  useEffect(() => place.current?.showModal(), []);
  const go = (hit: Hit | undefined) => {
    if (!hit) return;
    navigate(hit.path);
    onClose();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setAt((at + 1) % Math.max(1, hits.length));
    else if (event.key === "ArrowUp") setAt((at + hits.length - 1) % Math.max(1, hits.length));
    else if (event.key === "Enter") go(hits[at]);
    else return;
    event.preventDefault();
  };
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
        aria-expanded={hits.length > 0}
        aria-controls={id}
        aria-activedescendant={hits.length > 0 ? `${id}-${at}` : undefined}
        placeholder={words("nav.search")}
        aria-label={words("nav.search")}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id={id} role="listbox" className="hits">
        {hits.map((hit, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the combobox's.
          // biome-ignore lint/a11y/useFocusableInteractive: focus stays in the combobox.
          <div
            key={hit.path}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === at}
            onClick={() => go(hit)}
          >
            <strong>{hit.title}</strong>
            <small>{hit.about}</small>
          </div>
        ))}
        {typed.length > 1 && hits.length === 0 ? <p className="quiet">{words("record.noChoices")}</p> : null}
      </div>
    </dialog>
  );
}

function useHits(typed: string): readonly Hit[] {
  const resources = useResources();
  const label = useLabel();
  const search = useDebounced(typed.trim());
  const searched = WITHIN.flatMap((subject) =>
    resources.filter((each) => each.search && each.subject === subject),
  );
  const answers = useQueries({
    queries: searched.map((resource) => ({
      queryKey: ["palette", resource.name, search],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        call<{ results: RaRecord[] }>("GET", pathOf(resource.name), {
          query: { search, per_page: 5 },
          signal,
        }),
      enabled: search.length > 1,
    })),
  });
  const folded = typed.trim().toLowerCase();
  const pages = resources
    .filter((resource) => !folded || label(resource.label).toLowerCase().includes(folded))
    .slice(0, 6)
    .map((resource) => ({ path: `/${resource.name}`, title: label(resource.label), about: "" }));
  const found = searched.flatMap((resource, index) =>
    (answers[index]?.data?.results ?? []).map((record) => hitOf(resource, record, label(resource.label))),
  );
  return [...found, ...pages].slice(0, 24);
}

function hitOf(resource: Resource, record: RaRecord, about: string): Hit {
  return {
    path: `/${resource.name}/${encodeURIComponent(record.id)}`,
    title: titleOf(record, resource.title),
    about: [about, subtitleOf(record)].filter(Boolean).join(" · "),
  };
}
