/** The client's side: orders a truck and follows it to the car and to the end. */
import { useState } from "react";
import { Button } from "../../console/kit/button.tsx";
import { useLanguage, useWords } from "../language.tsx";
import { useAction } from "../parts/action.ts";
import type { Person } from "../person/person.ts";
import type { Locale } from "../words.ts";
import { useLiveOrder } from "./live-order.ts";
import { TruckMap } from "./map.tsx";
import { cancelOrder, deliveryOf, NoVehicle, pickupOf, placeOrder } from "./orders.ts";
import { SQUARES, type Square, squareAt } from "./ring.ts";

interface ClientProps {
  readonly person: Person;
  readonly orderId: string | null;
  readonly onOrder: (id: string | null) => void;
}

/** How long the drawn truck takes to a place: places come in batches of two seconds. */
const GLIDE = 2000;

export function ClientApp({ person, orderId, onOrder }: ClientProps) {
  const words = useWords();
  const { locale } = useLanguage();
  const { run, fault, isBusy } = useAction();
  const [from, setFrom] = useState(1);
  const [to, setTo] = useState(3);
  const { order, truck, eta, hasArrived } = useLiveOrder(orderId, person);
  const isOver = order?.status === "COMPLETED" || order?.status === "CANCELLED";
  const place = () =>
    placeOrder(person.caravan, squareAt(from), squareAt(to), locale).then(onOrder, (error: unknown) => {
      if (error instanceof NoVehicle) throw new Error(words("truck.noVehicle"));
      throw error;
    });
  const again = () => {
    setFrom(to + 1);
    setTo(to + 3);
    onOrder(null);
  };
  return (
    <div className="truck-app">
      <TruckMap
        truck={isOver ? null : truck}
        pickup={isOver ? null : order ? pickupOf(order) : labelled(squareAt(from), locale)}
        delivery={isOver ? null : order ? deliveryOf(order) : labelled(squareAt(to), locale)}
        glide={GLIDE}
      />
      <div className="pad truck-controls">
        {orderId === null ? (
          <>
            <div className="row">
              <Choice label={words("truck.from")} value={from} onChange={setFrom} />
              <Choice label={words("truck.to")} value={to} onChange={setTo} />
            </div>
            <Button look="main" disabled={isBusy || from === to} onClick={() => run(place)}>
              {words("truck.order")}
            </Button>
          </>
        ) : null}
        {order ? (
          <p className="order-status" role="status">
            <strong>{words(`order.${order.status}`)}</strong>
            {hasArrived && order.status === "ASSIGNED" ? ` · ${words("truck.isThere")}` : ""}
            {eta !== null && !isOver ? (
              <span className="quiet number"> · {words("truck.eta", { n: Math.ceil(eta / 60) })}</span>
            ) : null}
          </p>
        ) : null}
        {order?.status === "ASSIGNED" && order.start_code ? (
          <p>
            {words("truck.tellCode")} <code className="start-code">{order.start_code}</code>
          </p>
        ) : null}
        {orderId && order && isOver ? <Button onClick={again}>{words("truck.again")}</Button> : null}
        {orderId && order && !isOver && order.status !== "IN_PROGRESS" ? (
          <Button
            look="danger"
            disabled={isBusy}
            onClick={() => run(() => cancelOrder(person.caravan, orderId))}
          >
            {words("truck.cancel")}
          </Button>
        ) : null}
        <p className="fault" role="alert">
          {fault}
        </p>
      </div>
    </div>
  );
}

const labelled = (square: Square, locale: Locale) => ({ ...square, label: square.name[locale] });

interface ChoiceProps {
  readonly label: string;
  readonly value: number;
  readonly onChange: (index: number) => void;
}

function Choice({ label, value, onChange }: ChoiceProps) {
  const { locale } = useLanguage();
  return (
    <label className="field choice">
      {label}
      <select value={value % SQUARES.length} onChange={({ target }) => onChange(Number(target.value))}>
        {SQUARES.map(({ name }, index) => (
          <option key={name.en} value={index}>
            {name[locale]}
          </option>
        ))}
      </select>
    </label>
  );
}
