/** All that happened to an order in one list: statuses, offers, where its truck is, payments, tickets with their messages, and its rating; the newest first. */
import { useQuery } from "@tanstack/react-query";
import { type RaRecord, useDataProvider, useGetManyReference } from "ra-core";
import { Link } from "react-router-dom";
import { useCode } from "../../codes.ts";
import { useDeclared } from "../../declaration.tsx";
import { useFormats, useWords } from "../../i18n.ts";
import { Ago } from "../../records/fields/values.tsx";

interface Happening {
  readonly key: string;
  readonly at: string;
  readonly what: string;
  readonly note: string;
  readonly to: string | null;
}

const text = (value: unknown) => (typeof value === "string" ? value : "");

interface TimelineProps {
  readonly order: RaRecord;
  /** The truck that has the order now. */
  readonly truck: RaRecord | undefined;
}

export function Timeline({ order, truck }: TimelineProps) {
  const words = useWords();
  const code = useCode();
  const formats = useFormats();
  const statuses = useRelated("order-history", "order_id", order.id);
  const payments = useRelated("payments", "order_id", order.id);
  const offers = useRelated("order-offers", "order_id", order.id);
  const tickets = useRelated("support-tickets", "related_order", order.id);
  const ratings = useRelated("ratings", "order_id", order.id);
  const messages = useMessages(tickets);
  const placed: Happening = {
    key: "placed",
    at: text(order.created_at),
    what: words("order.placed"),
    note: "",
    to: null,
  };
  const all: Happening[] = [
    placed,
    ...statuses.map((row) => happening(row, "s", code(text(row.new_status)), text(row.comment), null)),
    ...payments.map((row) =>
      happening(
        row,
        "p",
        `${words("order.payment", { amount: formats.money(text(row.amount)) })}: ${code(text(row.status))}`,
        code(text(row.payment_method)),
        `/payments/${row.id}`,
        text(row.paid_at),
      ),
    ),
    ...offers.map((row) =>
      happening(
        row,
        "o",
        `${words("order.offer")}: ${code(text(row.status))}`,
        words("map.away", { distance: formats.distance(Number(row.distance)) }),
        null,
      ),
    ),
    ...ratings.map((row) =>
      happening(
        row,
        "r",
        words("order.rated", { driver: String(row.driver_rating), service: String(row.service_rating) }),
        text(row.comment),
        `/ratings/${row.id}`,
      ),
    ),
    ...(truck ? [located(truck, words("order.located"))] : []),
    ...messages.map((row) =>
      happening(
        row,
        "m",
        words(row.is_internal ? "order.internalNote" : "order.message"),
        text(row.body),
        `/conversations/${row.ticket}`,
      ),
    ),
    ...tickets.map((row) =>
      happening(row, "t", `${words("order.ticket")}: ${text(row.subject)}`, "", `/conversations/${row.id}`),
    ),
  ];
  const sorted = all.filter(({ at }) => at).sort((one, other) => other.at.localeCompare(one.at));
  return (
    <section className="timeline" aria-label={words("order.story")}>
      <h2>{words("order.story")}</h2>
      <ol>
        {sorted.map(({ key, at, what, note, to }) => (
          <li key={key}>
            <Ago value={at} />
            <span>
              {to ? <Link to={to}>{what}</Link> : <strong>{what}</strong>}
              {note ? <small> {note}</small> : null}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function happening(
  row: RaRecord,
  kind: string,
  what: string,
  note: string,
  to: string | null,
  at = "",
): Happening {
  return { key: `${kind}${row.id}`, at: at || text(row.created_at), what, note, to };
}

const located = ({ id, license_plate, located_at }: RaRecord, what: string): Happening => ({
  key: `truck${id}`,
  at: text(located_at),
  what,
  note: text(license_plate),
  to: `/map?truck=${id}`,
});

/** The messages of an order's few tickets, without those that open them. */
function useMessages(tickets: readonly RaRecord[]): readonly RaRecord[] {
  const isReadable = useDeclared("support-messages") !== undefined;
  const provider = useDataProvider();
  const ids = tickets.map(({ id }) => id);
  const { data = [] } = useQuery({
    queryKey: ["support-messages", "of-order", ids],
    enabled: isReadable && ids.length > 0,
    queryFn: async ({ signal }) => {
      const pages = await Promise.all(
        ids.map((id) =>
          provider.getManyReference<RaRecord>("support-messages", {
            ...{ target: "ticket", id, filter: {}, signal },
            pagination: { page: 1, perPage: 50 },
            sort: { field: "created_at", order: "DESC" },
          }),
        ),
      );
      return pages.flatMap((page) => page.data);
    },
  });
  return data.filter(
    ({ ticket, body }) => !tickets.some(({ id, description }) => id === ticket && description === body),
  );
}

function useRelated(resource: string, target: string, id: RaRecord["id"]): readonly RaRecord[] {
  const isReadable = useDeclared(resource) !== undefined;
  const { data = [] } = useGetManyReference(
    resource,
    { target, id, pagination: { page: 1, perPage: 50 }, sort: { field: "id", order: "DESC" } },
    { enabled: isReadable },
  );
  return data;
}
