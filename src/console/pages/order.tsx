/** The head of an order's page: progress and a link to the map. */

import { useRoom } from "@caravan/client/react";
import { type RaRecord, useRefresh } from "ra-core";
import { useState } from "react";
import { Link } from "react-router-dom";
import { useCode } from "../codes.ts";
import { useWords } from "../i18n.ts";
import { Icon } from "../kit/icon.tsx";
import { OrderPresence } from "./order-presence.tsx";

const STEPS = ["PENDING", "CONFIRMED", "ASSIGNED", "IN_PROGRESS", "COMPLETED"] as const;

export function OrderHead({ order }: { order: RaRecord }) {
  const words = useWords();
  const code = useCode();
  const refresh = useRefresh();
  const status = String(order.status);
  const [users, setUsers] = useState<readonly number[]>([]);
  useRoom(`order:${order.id}`, {
    entry: ({ kind }) => kind !== "position" && refresh(),
    presence: setUsers,
  });
  const at = STEPS.indexOf(status as (typeof STEPS)[number]);
  const isOver = status === "COMPLETED" || status === "CANCELLED";
  return (
    <div className="order-head">
      <OrderPresence users={users} />
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
      {isOver ? null : (
        <Link className={`button ${status === "CONFIRMED" ? "main" : ""}`} to={`/map?order=${order.id}`}>
          <Icon name="map" />
          <span>{words(status === "CONFIRMED" ? "map.assign" : "nav.map")}</span>
        </Link>
      )}
    </div>
  );
}
