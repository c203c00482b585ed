/** Tickets as live conversations: the list on the left, the conversation on the right. */

import { useRoom } from "@caravan/client/react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useParams, useSearchParams } from "react-router-dom";
import { useCode } from "../codes.ts";
import { useOpsRoom } from "../declaration.tsx";
import { useWords } from "../i18n.ts";
import { InfoText, Loading, PageTitle } from "../kit/page.tsx";
import { Ago, State } from "../records/fields/values.tsx";
import { call } from "../session.ts";
import { Conversation } from "./conversation.tsx";
import { nameOf, type TicketWire } from "./ticket.ts";

const STATES = ["OPEN", "IN_PROGRESS", "RESOLVED", "CLOSED"] as const;

export function Tickets() {
  const { id } = useParams();
  const [search, setSearch] = useSearchParams();
  const status = search.get("status") ?? "OPEN";
  const words = useWords();
  const code = useCode();
  return (
    <section className="tickets" data-open={id ? "yes" : "no"}>
      <div className="ticket-list">
        <PageTitle title={words("nav.tickets")} />
        <fieldset className="segments" aria-label={words("ticket.status")}>
          {[...STATES, "ALL"].map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={each === status}
              onClick={() => setSearch({ status: each })}
            >
              {each === "ALL" ? words("ticket.all") : code(each)}
            </button>
          ))}
        </fieldset>
        <Waiting status={status} chosen={id} />
      </div>
      {id ? <Conversation key={id} id={id} /> : <InfoText icon="chat" text={words("ticket.choose")} />}
    </section>
  );
}

function Waiting({ status, chosen }: { status: string; chosen: string | undefined }) {
  const [page, setPage] = useState(1);
  const words = useWords();
  const code = useCode();
  const queries = useQueryClient();
  const { data, isPending } = useQuery({
    queryKey: ["conversations", status, page],
    queryFn: ({ signal }) =>
      call<{ count: number; next: string | null; results: TicketWire[] }>("GET", "/api/v1/support/tickets/", {
        query: { status: status === "ALL" ? undefined : status, page },
        signal,
      }),
  });
  const refetch = () => void queries.invalidateQueries({ queryKey: ["conversations"] });
  useRoom(useOpsRoom(), { entry: ({ kind }) => kind === "ticket" && refetch(), reload: refetch });
  if (isPending) return <Loading />;
  if (!data?.results.length) return <p className="quiet pad">{words("list.empty")}</p>;
  return (
    <>
      <ul>
        {data.results.map((ticket) => (
          <li key={ticket.id}>
            <Link
              to={`/conversations/${ticket.id}?status=${status}`}
              aria-current={ticket.id === chosen ? "page" : undefined}
            >
              <span className="line">
                <strong>{ticket.subject}</strong>
                <Ago value={ticket.last_message_at} />
              </span>
              <span className="line">
                <small>{nameOf(ticket.author)}</small>
                {ticket.priority === "NORMAL" ? null : (
                  <State value={ticket.priority} words={code(ticket.priority)} />
                )}
              </span>
            </Link>
          </li>
        ))}
      </ul>
      {data.next || page > 1 ? (
        <nav className="pager">
          <button type="button" className="button" disabled={page === 1} onClick={() => setPage(page - 1)}>
            {words("list.previous")}
          </button>
          <button type="button" className="button" disabled={!data.next} onClick={() => setPage(page + 1)}>
            {words("list.next")}
          </button>
        </nav>
      ) : null}
    </>
  );
}
