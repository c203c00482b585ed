/** The head of an order's page: progress, who else has it open, people, money, the map, the trucks that can take it, and its story. */

import { useRoom } from "@caravan/client/react";
import { useQuery } from "@tanstack/react-query";
import { type RaRecord, useGetOne, useNotify, useRefresh } from "ra-core";
import { lazy, Suspense, useMemo, useState } from "react";
import { useCode } from "../../codes.ts";
import { useMayOpen } from "../../declaration.tsx";
import { useFormats, useWords } from "../../i18n.ts";
import { Confirm } from "../../kit/dialog.tsx";
import { Loading } from "../../kit/page.tsx";
import { assign, readTrack } from "../../map/board/reading.ts";
import { Candidates } from "../../map/candidates.tsx";
import { OrderPeople } from "./people.tsx";
import { OrderPresence } from "./presence.tsx";
import { Timeline } from "./timeline.tsx";

const PointMap = lazy(() => import("../../map/point-map.tsx"));

const STEPS = ["PENDING", "CONFIRMED", "ASSIGNED", "IN_PROGRESS", "COMPLETED"] as const;

interface Point {
  readonly latitude: number;
  readonly longitude: number;
}

export function OrderHead({ order }: { order: RaRecord }) {
  const refresh = useRefresh();
  const status = String(order.status);
  const [users, setUsers] = useState<readonly number[]>([]);
  const [moved, setMoved] = useState<Point | null>(null);
  useRoom(`order:${order.id}`, {
    entry: ({ kind }) => kind !== "position" && refresh(),
    latest({ body }) {
      const { latitude, longitude } = body;
      if (typeof latitude === "number" && typeof longitude === "number") setMoved({ latitude, longitude });
    },
    presence: setUsers,
  });
  const mayFollow = useMayOpen("live");
  const hasTruck = mayFollow && typeof order.tow_truck === "number";
  const { data: truck } = useGetOne("tow-trucks", { id: order.tow_truck }, { enabled: hasTruck });
  const isActive = status === "ASSIGNED" || status === "IN_PROGRESS";
  return (
    <div className="order-page">
      <div className="order-head">
        <OrderPresence users={users} />
        <Steps status={status} />
      </div>
      <div className="order-facts">
        <OrderPeople order={order} truck={truck} />
        <Money order={order} />
      </div>
      <Way order={order} />
      <div className="order-columns">
        <div>
          <OrderMap
            order={order}
            truck={isActive ? (moved ?? (truck?.position as Point | null)) : null}
            plate={String(truck?.license_plate ?? "")}
          />
          {mayFollow && (status === "PENDING" || status === "CONFIRMED") ? <Assign order={order} /> : null}
        </div>
        <Timeline order={order} truck={isActive ? truck : undefined} />
      </div>
    </div>
  );
}

function Steps({ status }: { status: string }) {
  const words = useWords();
  const code = useCode();
  const at = STEPS.indexOf(status as (typeof STEPS)[number]);
  return (
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
  );
}

/** From where to where, with the letters of the map. */
function Way({ order }: { order: RaRecord }) {
  return (
    <ol className="ends">
      <li data-end="A">{String(order.pickup_address)}</li>
      <li data-end="B">{String(order.delivery_address)}</li>
    </ol>
  );
}

function Money({ order }: { order: RaRecord }) {
  const words = useWords();
  const formats = useFormats();
  const price = Number(order.final_price ?? order.estimated_price ?? 0);
  const due = Number(order.due ?? 0);
  return (
    <p className="money">
      {words(order.final_price ? "order.final" : "order.estimate", { price: formats.money(price) })}
      {" · "}
      {order.status === "CANCELLED" ? null : (
        <strong className={due > 0 ? "no" : "yes"}>
          {due > 0 ? words("order.due", { due: formats.money(due) }) : words("order.paid")}
        </strong>
      )}
    </p>
  );
}

interface OrderMapProps {
  readonly order: RaRecord;
  readonly truck: Point | null | undefined;
  readonly plate: string;
}

function OrderMap({ order, truck, plate }: OrderMapProps) {
  const { data: trail = [] } = useQuery({
    queryKey: ["track", order.tow_truck],
    queryFn: ({ signal }) => readTrack(Number(order.tow_truck), signal),
    enabled: truck !== null && truck !== undefined,
  });
  const shown = useMemo(() => (truck ? { ...truck, plate } : null), [truck, plate]);
  return (
    <Suspense fallback={<Loading />}>
      <PointMap
        pickup={order.pickup as Point | null}
        delivery={order.delivery as Point | null}
        truck={shown}
        trail={trail}
      />
    </Suspense>
  );
}

/** Assigning from the order's page: one call, all or nothing. */
function Assign({ order }: { order: RaRecord }) {
  const [asked, setAsked] = useState<{ readonly id: number; readonly plate: string } | null>(null);
  const words = useWords();
  const notify = useNotify();
  const refresh = useRefresh();
  const run = async () => {
    if (!asked) return;
    setAsked(null);
    try {
      await assign(String(order.id), asked.id);
      notify("map.assigned", { type: "success", messageArgs: { truck: asked.plate } });
    } catch (error) {
      notify(error instanceof Error ? error.message : "error.offline", { type: "error" });
    }
    refresh();
  };
  return (
    <section className="order-assign">
      <Candidates order={String(order.id)} version={String(order.status)} onAssign={setAsked} />
      {asked ? (
        <Confirm
          title={words("map.assignTitle", { truck: asked.plate })}
          action={words("map.assign")}
          keep={words("map.keep")}
          onConfirm={run}
          onClose={() => setAsked(null)}
        >
          <p>{String(order.pickup_address)}</p>
        </Confirm>
      ) : null}
    </section>
  );
}
