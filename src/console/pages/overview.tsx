/** What needs attention, at a glance: each figure leads to what it counts. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link } from "react-router-dom";
import { useCode } from "../codes.ts";
import { useFormats, useWords } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { InfoText, Loading, PageTitle } from "../kit/page.tsx";
import { useRoom } from "../live-context.tsx";
import { call } from "../session.ts";
import { BarChart, StackedRows } from "./charts.tsx";

interface Dashboard {
  readonly orders: {
    readonly by_state: readonly { status: string; count: number; oldest_seconds: number }[];
    readonly waiting: { under_15m: number; under_1h: number; under_4h: number; older: number };
  };
  readonly times: {
    readonly response_seconds: number | null;
    readonly completion_seconds: number | null;
    readonly assigned: number;
    readonly completed: number;
  };
  readonly trucks: {
    readonly available: number;
    readonly busy: number;
    readonly maintenance: number;
    readonly offline: number;
    readonly drivers_online: number;
  };
  readonly tickets: {
    readonly open: number;
    readonly in_progress: number;
    readonly unassigned: number;
    readonly waiting: number;
    readonly longest_wait_seconds: number | null;
  };
  readonly mail: {
    readonly pending: number;
    readonly dead: number;
    readonly oldest_pending_seconds: number | null;
  };
  readonly earnings: readonly { day: string; amount: string; count: number }[];
}

/** Mail that waits longer than this does not leave by itself any more. */
const MAIL_IS_LATE = 900;

export function Overview() {
  const words = useWords();
  const queries = useQueryClient();
  const { data, error, refetch } = useQuery({
    queryKey: ["dashboard"],
    queryFn: ({ signal }) => call<Dashboard>("GET", "/api/admin/dashboard/", { signal }),
    refetchInterval: 30_000,
  });
  const stale = () => void queries.invalidateQueries({ queryKey: ["dashboard"] });
  useRoom("ops:all", { entry: ({ kind }) => kind !== "position" && stale() });
  if (error)
    return (
      <InfoText icon="alert" text={words("sign.failed")}>
        <Button onClick={() => refetch()}>{words("do.retry")}</Button>
      </InfoText>
    );
  if (!data) return <Loading />;
  return (
    <section className="page">
      <PageTitle title={words("nav.overview")} />
      <Attention data={data} />
      <div className="boards">
        <Orders data={data} />
        <Earnings data={data} />
        <Trucks data={data} />
        <Times data={data} />
      </div>
    </section>
  );
}

function Attention({ data }: { data: Dashboard }) {
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

const filtered = (resource: string, filter: object) =>
  `/${resource}?filter=${encodeURIComponent(JSON.stringify(filter))}`;

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

function Orders({ data }: { data: Dashboard }) {
  const words = useWords();
  const code = useCode();
  const formats = useFormats();
  const { waiting, by_state } = data.orders;
  const ages = [
    { key: "fresh", label: words("home.under15m"), value: waiting.under_15m },
    { key: "waiting", label: words("home.under1h"), value: waiting.under_1h },
    { key: "late", label: words("home.under4h"), value: waiting.under_4h },
    { key: "stale", label: words("home.older"), value: waiting.older },
  ];
  const states = by_state.map(({ status, count, oldest_seconds }) => ({
    key: status,
    label: <Link to={filtered("orders", { status })}>{code(status)}</Link>,
    parts: [{ key: "plain", label: code(status), value: count }],
    note: count > 0 ? words("home.longest", { time: formats.span(oldest_seconds) }) : "",
  }));
  return (
    <section className="board">
      <h2>{words("home.orders")}</h2>
      <StackedRows rows={[...states, { key: "ages", label: words("home.waiting"), parts: ages, note: "" }]} />
      <p className="key">
        {ages.map(({ key, label, value }) => (
          <span key={key}>
            <svg aria-hidden="true">
              <rect className={`part ${key}`} width="10" height="10" />
            </svg>
            {label} {value}
          </span>
        ))}
      </p>
    </section>
  );
}

function Earnings({ data }: { data: Dashboard }) {
  const words = useWords();
  const formats = useFormats();
  const bars = data.earnings.map(({ day, amount }) => ({
    label: formats.day(day),
    value: Number(amount),
    words: formats.money(amount),
  }));
  const total = bars.reduce((sum, { value }) => sum + value, 0);
  return (
    <section className="board">
      <header>
        <h2>{words("home.earnings")}</h2>
        <span className="quiet">
          {words("home.total")} {formats.money(total)}
        </span>
      </header>
      <BarChart bars={bars} title={words("home.earnings")} />
    </section>
  );
}

const TRUCK_STATES = ["available", "busy", "maintenance", "offline"] as const;

function Trucks({ data }: { data: Dashboard }) {
  const words = useWords();
  const code = useCode();
  const rows = TRUCK_STATES.map((state) => ({
    key: state,
    label: (
      <Link to={filtered("tow-trucks", { status: state.toUpperCase() })}>{code(state.toUpperCase())}</Link>
    ),
    parts: [{ key: state, label: code(state.toUpperCase()), value: data.trucks[state] }],
    note: "",
  }));
  return (
    <section className="board">
      <h2>{words("map.trucks")}</h2>
      <StackedRows rows={rows} />
    </section>
  );
}

function Times({ data }: { data: Dashboard }) {
  const words = useWords();
  const formats = useFormats();
  const { response_seconds, completion_seconds, assigned, completed } = data.times;
  const time = (seconds: number | null) => (seconds === null ? "—" : formats.span(seconds));
  return (
    <section className="board">
      <h2>{words("home.times")}</h2>
      <dl className="times">
        <div>
          <dt>{words("home.response")}</dt>
          <dd>{time(response_seconds)}</dd>
          <small>{words("home.orderCount", { n: assigned })}</small>
        </div>
        <div>
          <dt>{words("home.completion")}</dt>
          <dd>{time(completion_seconds)}</dd>
          <small>{words("home.orderCount", { n: completed })}</small>
        </div>
      </dl>
    </section>
  );
}
