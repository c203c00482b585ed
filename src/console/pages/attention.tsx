/** Four figures that may need action; those that do are highlighted. */
import type { ReactNode } from "react";
import { Link } from "react-router-dom";
import { useFormats, useWords } from "../i18n.ts";
import { type Dashboard, filtered } from "./dashboard.ts";

/** Mail waiting longer than this is probably stuck. */
const MAIL_IS_LATE = 900;

export function Attention({ data }: { data: Dashboard }) {
  const words = useWords();
  const formats = useFormats();
  const { waiting } = data.orders;
  const { tickets, mail, trucks } = data;
  const orders = waiting.under_15m + waiting.under_1h + waiting.under_4h + waiting.older;
  const late = mail.oldest_pending_seconds !== null && mail.oldest_pending_seconds > MAIL_IS_LATE;
  const longest = (seconds: number | null) =>
    seconds === null ? "" : words("home.longest", { time: formats.span(seconds) });
  const online = trucks.available + trucks.busy;
  return (
    <div className="cards">
      <Card
        to={filtered("orders", { status: "PENDING,CONFIRMED" })}
        title={words("map.waiting")}
        figure={orders}
        note={longest(oldest(data, ["PENDING", "CONFIRMED"]))}
        alarm={waiting.older + waiting.under_4h > 0}
      />
      <Card
        to="/conversations"
        title={words("home.tickets")}
        figure={tickets.waiting}
        note={longest(tickets.longest_wait_seconds)}
        alarm={tickets.waiting > 0 && (tickets.longest_wait_seconds ?? 0) > 3600}
      />
      <Card
        to="/map"
        title={words("home.drivers")}
        figure={trucks.drivers_online}
        note={words("home.free", { n: trucks.available, of: online })}
        alarm={orders > 0 && trucks.available === 0}
      />
      <Card
        to={filtered("outbox", { status: mail.dead > 0 ? "dead" : "pending" })}
        title={words("home.mail")}
        figure={
          mail.dead > 0
            ? words("home.mailDead", { n: mail.dead })
            : words("home.mailPending", { n: mail.pending })
        }
        note={longest(mail.oldest_pending_seconds)}
        alarm={mail.dead > 0 || late}
      />
    </div>
  );
}

function oldest({ orders }: Dashboard, states: readonly string[]): number | null {
  const ages = orders.by_state.filter(({ status, count }) => states.includes(status) && count > 0);
  return ages.length === 0 ? null : Math.max(...ages.map(({ oldest_seconds }) => oldest_seconds));
}

interface CardProps {
  readonly to: string;
  readonly title: string;
  readonly figure: ReactNode;
  readonly note: string;
  readonly alarm: boolean;
}

function Card({ to, title, figure, note, alarm }: CardProps) {
  return (
    <Link className="card" to={to} data-alarm={alarm ? "yes" : "no"}>
      <h2>{title}</h2>
      <p className="figure">{figure}</p>
      <p className="note">{note}&nbsp;</p>
    </Link>
  );
}
