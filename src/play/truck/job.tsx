/** The steps of the driver's job: to the car, the code, to the destination, done. */
import { type FormEvent, useId, useState } from "react";
import { Button } from "../../console/kit/button.tsx";
import { useWords } from "../language.tsx";
import { useAction } from "../parts/action.ts";
import type { Person } from "../person/person.ts";
import { arrive, complete, type OrderWire, startWork } from "./orders.ts";

interface JobProps {
  readonly order: OrderWire;
  /** The truck stands where this step leads. */
  readonly isThere: boolean;
  readonly person: Person;
}

export function Job({ order, isThere, person }: JobProps) {
  const words = useWords();
  const id = useId();
  const { run, fault, isBusy } = useAction();
  const [code, setCode] = useState("");
  const [hasArrived, setArrived] = useState(false);
  const { caravan } = person;
  const isStarted = order.status === "IN_PROGRESS";
  const start = (event: FormEvent) => {
    event.preventDefault();
    run(() => startWork(caravan, order.id, code.trim()));
  };
  return (
    <section className="job" aria-label={words("truck.job")}>
      <p role="status">
        <strong>{words(isStarted ? "truck.toDelivery" : "truck.toPickup")}</strong>
        <br />
        {isStarted ? order.delivery_address : order.pickup_address}
      </p>
      {isThere && isStarted ? (
        <Button look="main" disabled={isBusy} onClick={() => run(() => complete(caravan, order.id))}>
          {words("truck.complete")}
        </Button>
      ) : null}
      {isThere && !isStarted && !hasArrived ? (
        <Button
          look="main"
          disabled={isBusy}
          onClick={() => run(() => arrive(caravan, order.id).then(() => setArrived(true)))}
        >
          {words("truck.arrived")}
        </Button>
      ) : null}
      {isThere && !isStarted && hasArrived ? (
        <form className="row" onSubmit={start}>
          <label htmlFor={`${id}-code`}>{words("truck.code")}</label>
          <input
            id={`${id}-code`}
            className="code-field"
            inputMode="numeric"
            autoComplete="off"
            required
            maxLength={10}
            value={code}
            onChange={({ target }) => setCode(target.value)}
          />
          <Button type="submit" look="main" disabled={isBusy}>
            {words("truck.start")}
          </Button>
        </form>
      ) : null}
      <p className="fault" role="alert">
        {fault}
      </p>
    </section>
  );
}
