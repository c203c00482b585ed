/** Counts by state and sums of money of the filtered rows, as the API bounds them. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useListContext } from "ra-core";
import { useState } from "react";
import { listQuery, pathOf } from "../../data.ts";
import { type Field, type Resource, useLabel } from "../../declaration.tsx";
import { useFormats, useWords } from "../../i18n.ts";
import { Button } from "../../kit/button.tsx";
import { call } from "../../session.ts";

interface Summary {
  readonly states: {
    readonly counts: readonly { readonly value: string; readonly count: number; readonly more: boolean }[];
  } | null;
  readonly totals: {
    readonly rows: number;
    readonly more: boolean;
    readonly amounts: Readonly<Record<string, string | null>>;
  } | null;
}

/** How long the numbers are shown before they are read again, however often the rows change. In ms. */
const FRESH = 10_000;

/** The key of a resource's summaries, for what changes its rows. */
export const summaryKey = (resource: string) => ["summary", resource] as const;

export function useSummary({ name, states, fields }: Resource, all = false): Summary | undefined {
  const { filterValues, sort } = useListContext();
  const query = { ...listQuery(filterValues, sort), ...(all ? { all } : {}) };
  return useQuery({
    queryKey: [...summaryKey(name), query],
    queryFn: ({ signal }) => call<Summary>("GET", pathOf(name, "summary"), { query, signal }),
    enabled: states !== null || fields.some(({ total }) => total),
    placeholderData: keepPreviousData,
    staleTime: FRESH,
  }).data;
}

interface TotalsProps {
  readonly resource: Resource;
  readonly columns: readonly Field[];
  /** Cells before those of the columns. */
  readonly before: number;
}

/** The row of sums below the list; nothing without a column of money that is summed. */
export function Totals({ resource, columns, before }: TotalsProps) {
  const { filterValues, sort } = useListContext();
  const asked = JSON.stringify([filterValues, sort]);
  const [allOf, setAllOf] = useState("");
  const { totals } = useSummary(resource, allOf === asked) ?? {};
  const words = useWords();
  const label = useLabel();
  const formats = useFormats();
  if (!totals || totals.rows === 0 || !columns.some(({ total }) => total)) return null;
  const first = columns.findIndex(({ total }) => total);
  const about = words(totals.more ? "list.totalFirst" : "list.total", { n: totals.rows });
  return (
    <tfoot>
      <tr>
        <td className="about" colSpan={before + first}>
          {about}
          {totals.more && allOf !== asked ? (
            <Button look="quiet" onClick={() => setAllOf(asked)}>
              {words("list.totalAll")}
            </Button>
          ) : null}
        </td>
        {columns.slice(first).map(({ name, type, total, label: title }) => (
          <td key={name} data-type={type} data-label={total ? label(title) : undefined}>
            {total ? (
              <strong className="number">
                {totals.amounts[name] ? formats.money(totals.amounts[name]) : "—"}
              </strong>
            ) : null}
          </td>
        ))}
      </tr>
    </tfoot>
  );
}
