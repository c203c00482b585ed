/** The panel beside the map: the selection with its actions; without one, all orders as a list to choose or drag from. */
import type { PointerEvent } from "react";
import { Link } from "react-router-dom";
import { useCode } from "../codes.ts";
import { useMay } from "../declaration.tsx";
import { useWords } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Icon } from "../kit/icon.tsx";
import { shortId } from "../records/fields/titles.ts";
import { Ago, State } from "../records/fields/values.tsx";
import { type Board, isWaiting, type Order, type Place, type Truck } from "./board/board.ts";
import type { Task } from "./board/reading.ts";
import { ordersOf } from "./board/view.ts";
import { Candidates } from "./candidates.tsx";

/** What is chosen next; nothing given means no selection. */
export interface Choice {
  readonly order?: string | null;
  readonly truck?: number | null;
  /** Trucks in one place, to choose among. */
  readonly here?: readonly number[];
}

interface PanelProps {
  readonly board: Board;
  /** Tasks on the map. */
  readonly tasks: readonly Task[];
  readonly order: string | null;
  readonly truck: number | null;
  readonly here: readonly number[];
  /** The trail is longer than an hour. */
  readonly showsMore: boolean;
  readonly follows: boolean;
  readonly onChoose: (next: Choice) => void;
  readonly onLook: (point: { latitude: number; longitude: number }) => void;
  readonly onMore: () => void;
  readonly onFollow: () => void;
  readonly onAssign: (order: string, truck: number) => void;
  /** The pointer went down on an order, at a point of the window. */
  readonly onDrag: (order: string, from: { readonly x: number; readonly y: number }) => void;
}

export function Panel(props: PanelProps) {
  const { board, order, truck, here, onChoose } = props;
  const words = useWords();
  const chosenOrder = order === null ? undefined : board.orders.get(order);
  const chosenTruck = truck === null ? undefined : board.trucks.get(truck);
  const isChosen = order !== null || truck !== null || here.length > 0;
  if (!isChosen) return <Orders {...props} />;
  return (
    <aside className="map-panel">
      <Button
        className="panel-close"
        look="quiet"
        icon="close"
        label={words("do.close")}
        onClick={() => onChoose({})}
      />
      {chosenOrder ? <OrderPanel {...props} chosen={chosenOrder} /> : null}
      {chosenTruck ? <TruckPanel {...props} chosen={chosenTruck} /> : null}
      {here.length > 0 && !chosenOrder && !chosenTruck ? <TrucksHere {...props} /> : null}
      {(order !== null && !chosenOrder) || (truck !== null && !chosenTruck) ? (
        <p className="quiet">{words("map.offMap")}</p>
      ) : null}
    </aside>
  );
}

/** Without a selection: the orders, the longest waiting first. */
function Orders({ board, onChoose, onLook, onDrag }: PanelProps) {
  const words = useWords();
  const code = useCode();
  const mayAssign = useMay("orders", "assign");
  const canDrag = (order: Order) => mayAssign && isWaiting(order);
  const orders = [...board.orders.values()].sort(
    (a, b) => Number(isWaiting(b)) - Number(isWaiting(a)) || a.createdAt.localeCompare(b.createdAt),
  );
  const pressed = (order: Order) => (event: PointerEvent) => {
    if (event.button === 0) onDrag(order.id, { x: event.clientX, y: event.clientY });
  };
  return (
    <aside className="map-panel">
      <h2>{words("map.orders")}</h2>
      <p className="quiet">{words(orders.length > 0 ? "map.hint" : "map.noOrders")}</p>
      <ul className="map-list">
        {orders.slice(0, 100).map((order) => (
          <li key={order.id} className="map-row">
            {canDrag(order) ? (
              // For a finger, which scrolls the list elsewhere. With a keyboard an order is chosen and assigned in its panel.
              <span className="grip" title={words("map.drag")} onPointerDown={pressed(order)}>
                <Icon name="grip" />
              </span>
            ) : null}
            <button
              type="button"
              onPointerDown={(event) =>
                event.pointerType === "mouse" && canDrag(order) && pressed(order)(event)
              }
              onClick={() => {
                onChoose({ order: order.id });
                onLook(order.pickup);
              }}
            >
              <span>
                <State value={order.status} words={code(order.status)} /> <Ago value={order.createdAt} />
              </span>
              <strong>{order.pickup.address}</strong>
            </button>
          </li>
        ))}
      </ul>
    </aside>
  );
}

function TrucksHere({ board, here, onChoose }: PanelProps) {
  const words = useWords();
  const code = useCode();
  const trucks = here.flatMap((id) => board.trucks.get(id) ?? []);
  return (
    <>
      <h2>{words("map.here", { n: trucks.length })}</h2>
      <ul className="map-list">
        {trucks.map((truck) => (
          <li key={truck.id} className="map-row">
            <button type="button" onClick={() => onChoose({ truck: truck.id })}>
              <span>
                <State value={truck.status} words={code(truck.status)} />{" "}
                {truck.seenAt ? <Ago value={truck.seenAt} /> : null}
              </span>
              <strong>{truck.plate}</strong>
              <small>{truck.driver}</small>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

function OrderPanel({ board, chosen, onAssign, onChoose, onLook }: PanelProps & { chosen: Order }) {
  const code = useCode();
  const words = useWords();
  const truck = chosen.truckId === null ? undefined : board.trucks.get(chosen.truckId);
  return (
    <>
      <h2>
        <Link to={`/orders/${chosen.id}`}>№ {shortId(chosen.id)}</Link>
      </h2>
      <p>
        <State value={chosen.status} words={code(chosen.status)} /> <Ago value={chosen.createdAt} />
      </p>
      <Way from={chosen.pickup} to={chosen.delivery} onLook={onLook} />
      {truck ? (
        <p>
          <button type="button" className="link" onClick={() => onChoose({ truck: truck.id })}>
            {truck.plate}
          </button>{" "}
          {truck.driver}
        </p>
      ) : null}
      <p className="quiet">{words("map.onlyThis")}</p>
      {isWaiting(chosen) ? (
        <Candidates
          order={chosen.id}
          version={chosen.status}
          onAssign={({ id }) => onAssign(chosen.id, id)}
        />
      ) : null}
    </>
  );
}

function TruckPanel(props: PanelProps & { chosen: Truck }) {
  const { board, tasks, chosen, showsMore, follows, onMore, onFollow, onChoose, onLook } = props;
  const words = useWords();
  const code = useCode();
  const orders = ordersOf(board, chosen);
  return (
    <>
      <h2>
        <Link to={`/tow-trucks/${chosen.id}`}>{chosen.plate}</Link>
      </h2>
      <p>
        <State value={chosen.status} words={code(chosen.status)} />{" "}
        {chosen.seenAt ? <Ago value={chosen.seenAt} /> : null}
      </p>
      <p>
        {chosen.model}
        {chosen.driver ? ` · ${chosen.driver}` : ""}
      </p>
      <p className="row">
        <Button icon="target" aria-pressed={follows} onClick={onFollow}>
          {words("map.follow")}
        </Button>
        <Button aria-pressed={showsMore} title={words("map.trailTitle")} onClick={onMore}>
          {words("map.trail")}
        </Button>
      </p>
      <p className="quiet">{words("map.onlyThis")}</p>
      {orders.length > 0 ? <h2>{words("map.truckOrders")}</h2> : null}
      {orders.map((order) => (
        <div key={order.id} className="map-order">
          <button type="button" className="link" onClick={() => onChoose({ order: order.id })}>
            № {shortId(order.id)} · {code(order.status)}
          </button>
          <Way from={order.pickup} to={order.delivery} onLook={onLook} />
        </div>
      ))}
      {tasks.length > 0 ? <h2>{words("map.truckTasks")}</h2> : null}
      <ul className="map-list">
        {tasks.map((task) => (
          <li key={task.id}>
            <button type="button" className="link" onClick={() => onLook(task)}>
              {task.title}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

function Way({ from, to, onLook }: { from: Place; to: Place; onLook: PanelProps["onLook"] }) {
  return (
    <ol className="way">
      {[from, to].map((place, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: there are always two, in the same order.
        <li key={index}>
          <button type="button" className="link" onClick={() => onLook(place)}>
            {place.address}
          </button>
        </li>
      ))}
    </ol>
  );
}
