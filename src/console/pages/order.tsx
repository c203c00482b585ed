/** The head of an order's page: progress, next steps and a link to the map. */

import { useRoom } from "@caravan/client/react";
import { type RaRecord, useNotify, useRefresh } from "ra-core";
import { useState } from "react";
import { Link } from "react-router-dom";
import { useCode } from "../codes.ts";
import { useWords } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Confirm } from "../kit/dialog.tsx";
import { Icon } from "../kit/icon.tsx";
import { call } from "../session.ts";

const STEPS = ["PENDING", "CONFIRMED", "ASSIGNED", "IN_PROGRESS", "COMPLETED"] as const;
/** Assigning needs a truck, so it is done on the map. */
const NEXT: Readonly<Record<string, string>> = {
  PENDING: "CONFIRMED",
  ASSIGNED: "IN_PROGRESS",
  IN_PROGRESS: "COMPLETED",
};

export function OrderHead({ order }: { order: RaRecord }) {
  const [asked, setAsked] = useState<string | null>(null);
  const words = useWords();
  const code = useCode();
  const notify = useNotify();
  const refresh = useRefresh();
  const status = String(order.status);
  useRoom(`order:${order.id}`, { entry: ({ kind }) => kind !== "position" && refresh() });
  const move = async (to: string) => {
    setAsked(null);
    try {
      await call("PATCH", `/api/v1/orders/${order.id}/update-status/`, { body: { status: to } });
      notify("ra.notification.updated", { type: "success" });
    } catch (error) {
      notify(error instanceof Error ? error.message : "error.offline", { type: "error" });
    }
    refresh();
  };
  const at = STEPS.indexOf(status as (typeof STEPS)[number]);
  const isOver = status === "COMPLETED" || status === "CANCELLED";
  const next = NEXT[status];
  return (
    <div className="order-head">
      <ol className="steps" aria-label={words("ticket.status")}>
        {STEPS.map((step, index) => (
          <li
            key={step}
            data-done={index <= at ? "yes" : "no"}
            aria-current={step === status ? "step" : undefined}
          >
            {code(step)}
          </li>
        ))}
        {status === "CANCELLED" ? (
          <li data-done="cancelled" aria-current="step">
            {code(status)}
          </li>
        ) : null}
      </ol>
      <div className="row">
        {next ? <Button onClick={() => setAsked(next)}>→ {code(next)}</Button> : null}
        {isOver ? null : (
          <Link className={`button ${status === "CONFIRMED" ? "main" : ""}`} to={`/map?order=${order.id}`}>
            <Icon name="map" />
            <span>{words(status === "CONFIRMED" ? "map.assign" : "nav.map")}</span>
          </Link>
        )}
        {isOver ? null : (
          <Button look="danger" onClick={() => setAsked("CANCELLED")}>
            {words("order.cancel")}
          </Button>
        )}
      </div>
      {asked ? (
        <Confirm
          title={`${code(status)} → ${code(asked)}`}
          action={code(asked)}
          danger={asked === "CANCELLED"}
          onConfirm={() => move(asked)}
          onClose={() => setAsked(null)}
        />
      ) : null}
    </div>
  );
}
