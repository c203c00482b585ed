/** The operator's side: sees the orders that come, confirms them, and has the closest truck asked. */
import { useRoom } from "@caravan/client/react";
import { useCallback, useEffect, useState } from "react";
import { Button } from "../../console/kit/button.tsx";
import { useWords } from "../language.tsx";
import { useAction } from "../parts/action.ts";
import type { Person } from "../person/person.ts";
import type { Word } from "../words.ts";
import { confirmAndSearch, readOrder } from "./orders.ts";

/** The room of everything that operators watch. */
const OPS = "ops:all";
/** So many orders are shown. */
const MOST = 4;

interface OperatorProps {
  readonly person: Person;
  /** The order of this page, which may be older than the page. */
  readonly orderId: string | null;
}

export function OperatorApp({ person, orderId }: OperatorProps) {
  const words = useWords();
  const { run, fault, isBusy } = useAction();
  const [orders, setOrders] = useState<ReadonlyMap<string, string>>(new Map());
  const { caravan } = person;
  const note = useCallback(
    (id: string, status: string) => setOrders((before) => new Map(before).set(id, status)),
    [],
  );
  useRoom(OPS, {
    entry: ({ kind, body }) => {
      if (kind === "order") note(String(body.id), String(body.status));
    },
  });
  useEffect(() => {
    if (orderId !== null)
      void readOrder(caravan, orderId).then(
        ({ status }) => note(orderId, status),
        () => {},
      );
  }, [caravan, orderId, note]);
  const search = async (id: string) => {
    if (!(await confirmAndSearch(caravan, id))) throw new Error(words("truck.nobody"));
  };
  const shown = [...orders].slice(-MOST).reverse();
  return (
    <div className="pad operator">
      {shown.length === 0 ? <p className="quiet">{words("truck.noOrders")}</p> : null}
      <ul>
        {shown.map(([id, status]) => (
          <li key={id} className="row" data-status={status}>
            <code>{id.slice(0, 8)}</code>
            <span>{words(`order.${status}` as Word)}</span>
            {status === "PENDING" || status === "CONFIRMED" ? (
              <Button
                look={status === "PENDING" ? "main" : "plain"}
                disabled={isBusy}
                onClick={() => run(() => search(id))}
              >
                {words(status === "PENDING" ? "truck.confirm" : "truck.search")}
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
      <p className="fault" role="alert">
        {fault}
      </p>
    </div>
  );
}
