/** Records that the palette finds: people by name and phone, orders, trucks and cars by plate, and whatever else is searched. */
import { useQueries } from "@tanstack/react-query";
import type { RaRecord } from "ra-core";
import { useCode } from "../codes.ts";
import { pathOf } from "../data.ts";
import { type Resource, useLabel, useResources } from "../declaration.tsx";
import { subtitleOf, titleOf } from "../records/fields/titles.ts";
import { call } from "../session.ts";
import type { Item } from "./palette-items.ts";

/** Resources that are searched, the most used first; others are found by name. */
const WITHIN = ["user", "order", "tow_truck", "client_vehicle", "ticket", "event", "car_post"];
/** Records of a resource that are shown. */
const MOST = 5;

export interface Found {
  readonly heading: string;
  readonly items: readonly Item[];
}

/** Records by resource. `isPending`: some resources have not answered yet. */
export function useRecords(search: string): { groups: readonly Found[]; isPending: boolean } {
  const resources = useResources();
  const label = useLabel();
  const code = useCode();
  const searched = WITHIN.flatMap((subject) =>
    resources.filter((each) => each.search && each.subject === subject),
  );
  const isAsked = search.length > 1;
  const answers = useQueries({
    queries: searched.map(({ name }) => ({
      queryKey: ["palette", name, search],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        call<{ results: RaRecord[] }>("GET", pathOf(name), { query: { search, per_page: MOST }, signal }),
      enabled: isAsked,
    })),
  });
  const groups = searched.map((resource, index) => ({
    heading: label(resource.label),
    items: isAsked
      ? (answers[index]?.data?.results ?? []).map((record) => itemOf(resource, record, code))
      : [],
  }));
  return { groups, isPending: isAsked && answers.some(({ isLoading }) => isLoading) };
}

function itemOf({ name, title, states }: Resource, record: RaRecord, code: (code: string) => string): Item {
  const path = `/${name}/${encodeURIComponent(record.id)}`;
  const state = states && record[states] ? code(String(record[states])) : "";
  return {
    key: path,
    path,
    title: titleOf(record, title),
    about: [state, subtitleOf(record, title)].filter(Boolean).join(" · "),
  };
}
