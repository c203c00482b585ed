/** Beside a conversation: its status and assignee, the person with their phone, and the order that it is about. */
import { useGetOne } from "ra-core";
import { type ReactNode, useId } from "react";
import { Link } from "react-router-dom";
import { useCode } from "../../codes.ts";
import { useFormats, useWords } from "../../i18n.ts";
import { Button } from "../../kit/button.tsx";
import { Icon } from "../../kit/icon.tsx";
import { phoneWords, shortId } from "../../records/fields/titles.ts";
import { Instant, State } from "../../records/fields/values.tsx";
import type { Changes } from "./change.tsx";
import { Avatar } from "./people.tsx";
import { type Colleague, type Detail, PRIORITIES, STATES } from "./requests.ts";

interface DetailsProps {
  readonly ticket: Detail;
  readonly own: number | undefined;
  readonly colleagues: readonly Colleague[];
  readonly changes: Changes;
  readonly isOnline: boolean;
  readonly onClose: () => void;
}

export function Details({ ticket, own, colleagues, changes, isOnline, onClose }: DetailsProps) {
  const words = useWords();
  const code = useCode();
  return (
    <aside className="talk-details" aria-label={words("ticket.details")}>
      <Button className="close" look="quiet" icon="close" label={words("do.close")} onClick={onClose} />
      <section>
        <Choice
          label={words("ticket.status")}
          value={ticket.status}
          isBusy={changes.isBusy}
          onChange={changes.status}
        >
          {STATES.map((state) => (
            <option key={state} value={state}>
              {code(state)}
            </option>
          ))}
        </Choice>
        <Choice
          label={words("talk.assignee")}
          value={String(ticket.assigned_to?.id ?? "")}
          isBusy={changes.isBusy}
          onChange={(value) => changes.assign(value === "" ? null : Number(value))}
        >
          <option value="">{words("talk.nobody")}</option>
          <Assignees ticket={ticket} own={own} colleagues={colleagues} />
        </Choice>
        {own !== undefined && ticket.assigned_to?.id !== own ? (
          <Button disabled={changes.isBusy} onClick={() => changes.assign(own)}>
            {words("talk.take")}
          </Button>
        ) : null}
        <Choice
          label={words("talk.priority")}
          value={ticket.priority}
          isBusy={changes.isBusy}
          onChange={changes.priority}
        >
          {PRIORITIES.map((priority) => (
            <option key={priority} value={priority}>
              {code(priority)}
            </option>
          ))}
        </Choice>
      </section>
      <PersonCard ticket={ticket} isOnline={isOnline} />
      {ticket.related_order ? <OrderCard id={ticket.related_order} /> : null}
      <section className="ticket-facts">
        <h3>{words("talk.ticket")}</h3>
        <dl>
          <dt>{words("talk.number")}</dt>
          <dd>#{shortId(ticket.id)}</dd>
          <dt>{words("talk.opened")}</dt>
          <dd>
            <Instant value={ticket.created_at} />
          </dd>
          {ticket.closed_at ? (
            <>
              <dt>{words("talk.closedAt")}</dt>
              <dd>
                <Instant value={ticket.closed_at} />
              </dd>
            </>
          ) : null}
        </dl>
        <Link to={`/support-tickets/${ticket.id}`}>{words("talk.record")}</Link>
      </section>
    </aside>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly isBusy: boolean;
  readonly onChange: (value: string) => void;
  readonly children: ReactNode;
}

function Choice({ label, value, isBusy, onChange, children }: ChoiceProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} disabled={isBusy} onChange={(event) => onChange(event.target.value)}>
        {children}
      </select>
    </div>
  );
}

/** Oneself first; an assignee who may not be chosen any more stays shown. */
function Assignees({ ticket, own, colleagues }: Pick<DetailsProps, "ticket" | "own" | "colleagues">) {
  const words = useWords();
  const now = ticket.assigned_to;
  const former = now && !colleagues.some(({ id }) => id === now.id) ? [{ ...now, open: 0 }] : [];
  const sorted = [...colleagues].sort((one, other) => Number(other.id === own) - Number(one.id === own));
  return (
    <>
      {[...former, ...sorted].map(({ id, name, open }) => (
        <option key={id} value={String(id)}>
          {id === own ? words("talk.me", { name }) : name}
          {open > 0 && id !== now?.id ? ` · ${words("talk.openOnes", { n: open })}` : ""}
        </option>
      ))}
    </>
  );
}

function PersonCard({ ticket: { author }, isOnline }: { ticket: Detail; isOnline: boolean }) {
  const words = useWords();
  const code = useCode();
  const formats = useFormats();
  return (
    <section className="person-card">
      <h3>{words("talk.person")}</h3>
      <p className="person-name">
        <Avatar person={author} />
        <span>
          <Link to={`/users/${author.id}`}>{author.name}</Link>
          <small>
            {code(author.user_type)}
            {isOnline ? ` · ${words("talk.online")}` : ""}
          </small>
        </span>
      </p>
      {author.phone ? (
        <p>
          <a className="button phone" href={`tel:${author.phone}`}>
            <Icon name="phone" />
            {phoneWords(author.phone)}
          </a>
        </p>
      ) : null}
      {author.email ? (
        <p className="ellipsis">
          <a href={`mailto:${author.email}`}>{author.email}</a>
        </p>
      ) : null}
      <p className="quiet">
        {words("talk.since", { day: formats.date(author.created_at) })}
        {" · "}
        <Link to={`/support-tickets?filter=${encodeURIComponent(JSON.stringify({ author: [author.id] }))}`}>
          {words("talk.tickets", { n: author.tickets })}
        </Link>
      </p>
    </section>
  );
}

function OrderCard({ id }: { id: string }) {
  const words = useWords();
  const code = useCode();
  const formats = useFormats();
  const { data: order } = useGetOne("orders", { id });
  return (
    <section className="order-card">
      <h3>{words("ticket.order")}</h3>
      <p className="line">
        <Link to={`/orders/${id}`}>#{shortId(id)}</Link>
        {order?.status ? <State value={String(order.status)} words={code(String(order.status))} /> : null}
      </p>
      {order ? (
        <>
          <p className="way">
            {String(order.pickup_address)} → {String(order.delivery_address)}
          </p>
          {(order.final_price ?? order.estimated_price) ? (
            <p className="number">{formats.money(String(order.final_price ?? order.estimated_price))}</p>
          ) : null}
        </>
      ) : null}
    </section>
  );
}
