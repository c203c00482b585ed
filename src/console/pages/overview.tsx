/** The overview; each figure links to its list. */

import { useRoom } from "@caravan/client/react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "react-router-dom";
import { useCode } from "../codes.ts";
import { useFormats, useWords } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { InfoPage, Loading, PageTitle } from "../kit/page.tsx";
import { call } from "../session.ts";
import { Attention } from "./attention.tsx";
import { BarChart, StackedRows } from "./charts.tsx";
import { type Dashboard, everyDay, filtered } from "./dashboard.ts";

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
      <InfoPage text={words("sign.failed")}>
        <Button onClick={() => refetch()}>{words("do.retry")}</Button>
      </InfoPage>
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
  const bars = everyDay(data.earnings, Date.now()).map(({ day, amount }) => ({
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
          <dd>
            {time(response_seconds)} <small>{words("home.orderCount", { n: assigned })}</small>
          </dd>
        </div>
        <div>
          <dt>{words("home.completion")}</dt>
          <dd>
            {time(completion_seconds)} <small>{words("home.orderCount", { n: completed })}</small>
          </dd>
        </div>
      </dl>
    </section>
  );
}
