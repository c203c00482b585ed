/** A truck drives over a map, is offered an order, and takes it; the client follows it. */
import { useState } from "react";
import code from "../code/truck.js?raw";
import { Code } from "../parts/code.tsx";
import { Seat } from "../parts/seat.tsx";
import { people } from "../person/people.ts";
import { ClientApp } from "./client.tsx";
import { DriverApp } from "./driver.tsx";
import { OperatorApp } from "./operator.tsx";

/** The order stays over a reload of this tab. */
const KEPT = "caravan.play.order";

export function TruckScene() {
  const { client, driver, operator } = people;
  const [truckId, setTruckId] = useState<number | null>(null);
  const [orderId, setOrderId] = useState(() => sessionStorage.getItem(KEPT));
  const keep = (id: string | null) => {
    if (id === null) sessionStorage.removeItem(KEPT);
    else sessionStorage.setItem(KEPT, id);
    setOrderId(id);
  };
  return (
    <>
      <div className="seats">
        <Seat person={driver} room={truckId === null ? null : `truck:${truckId}`}>
          <DriverApp person={driver} truckId={truckId} onTruck={setTruckId} />
        </Seat>
        <Seat person={client} room={orderId === null ? null : `order:${orderId}`}>
          <ClientApp person={client} orderId={orderId} onOrder={keep} />
        </Seat>
        <Seat person={operator} room="ops:all" isWide>
          <OperatorApp person={operator} orderId={orderId} />
        </Seat>
      </div>
      <Code source={code} />
    </>
  );
}
