/** The panel beside the map: the selection with its actions, and all orders as a list for keyboard users. */
import { Link } from "react-router-dom";
import { useCode } from "../codes.ts";
import { useWords } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { shortId } from "../records/fields/titles.ts";
import { Ago, State } from "../records/fields/values.tsx";
import { type Board, isWaiting, type Order, type Place, type Truck } from "./board.ts";
import { Candidates } from "./candidates.tsx";

interface PanelProps {
  readonly board: Board;
  readonly order: string | null;
  readonly truck: number | null;
  readonly showsTrack: boolean;
  readonly follows: boolean;
  readonly onChoose: (next: { order?: string; truck?: number }) => void;
  readonly onLook: (point: { latitude: number; longitude: number }) => void;
  readonly onTrack: () => void;
  readonly onFollow: () => void;
  readonly onAssign: (order: string, truck: number) => void;
}

export function Panel(props: PanelProps) {
  const { board, order, truck, onChoose } = props;
  const words = useWords();
  const chosenOrder = order === null ? undefined : board.orders.get(order);
  const chosenTruck = truck === null ? undefined : board.trucks.get(truck);
  if (!chosenOrder && !chosenTruck) return <Waiting {...props} />;
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
    </aside>
  );
}

/** Without a selection: the orders, the longest waiting first. */
function Waiting({ board, onChoose, onLook }: PanelProps) {
  const words = useWords();
  const code = useCode();
  const orders = [...board.orders.values()].sort(
    (a, b) => Number(isWaiting(b)) - Number(isWaiting(a)) || a.createdAt.localeCompare(b.createdAt),
  );
  return (
    <aside className="map-panel">
      <h2>{words("map.orders")}</h2>
      <p className="quiet">{words("map.hint")}</p>
      <ul className="map-list">
        {orders.slice(0, 100).map((order) => (
          <li key={order.id}>
            <button
              type="button"
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

function OrderPanel({ board, chosen, onAssign, onChoose, onLook }: PanelProps & { chosen: Order }) {
  const code = useCode();
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
  const { board, chosen, showsTrack, follows, onTrack, onFollow, onChoose } = props;
  const words = useWords();
  const code = useCode();
  const order = chosen.orderId === null ? undefined : board.orders.get(chosen.orderId);
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
      {order ? (
        <p>
          {words("ticket.order")}:{" "}
          <button type="button" className="link" onClick={() => onChoose({ order: order.id })}>
            {order.pickup.address}
          </button>
        </p>
      ) : null}
      <p className="row">
        <Button icon="target" aria-pressed={follows} onClick={onFollow}>
          {words("map.follow")}
        </Button>
        <Button aria-pressed={showsTrack} onClick={onTrack}>
          {words("map.track")}
        </Button>
      </p>
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
