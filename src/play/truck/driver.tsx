/** The driver's side: drives, is offered an order, and does the job. */
import { OWN } from "@caravan/client";
import { useLive, useRoom } from "@caravan/client/react";
import { useCallback, useEffect, useState } from "react";
import { Button } from "../../console/kit/button.tsx";
import { useWords } from "../language.tsx";
import { useAction } from "../parts/action.ts";
import type { Person } from "../person/person.ts";
import { useDrive } from "./drive.ts";
import { Job } from "./job.tsx";
import { useLiveOrder } from "./live-order.ts";
import { TruckMap } from "./map.tsx";
import { Offer } from "./offer.tsx";
import { answerOffer, deliveryOf, goOnDuty, type OfferWire, openJob, openOffer, pickupOf } from "./orders.ts";
import { type Place, SQUARES } from "./ring.ts";

interface DriverProps {
  readonly person: Person;
  readonly truckId: number | null;
  readonly onTruck: (id: number) => void;
}

export function DriverApp({ person, truckId, onTruck }: DriverProps) {
  const words = useWords();
  const { run, fault, isBusy } = useAction();
  const [begin, setBegin] = useState<Place>(SQUARES[0] as Place);
  const [jobId, setJobId] = useState<string | null>(null);
  const start = async () => {
    const truck = await goOnDuty(person.caravan);
    if (!truck) throw new Error(words("truck.noTruck"));
    if (truck.place) setBegin(truck.place);
    setJobId(await openJob(person.caravan));
    onTruck(truck.id);
  };
  if (truckId !== null)
    return <Wheel key={truckId} {...{ person, truckId, begin, jobId }} onJob={setJobId} />;
  return (
    <div className="truck-app">
      <TruckMap truck={null} pickup={null} delivery={null} glide={0} />
      <div className="pad truck-controls">
        <Button look="main" disabled={isBusy} onClick={() => run(start)}>
          {words("truck.drive")}
        </Button>
        <p className="fault" role="alert">
          {fault}
        </p>
      </div>
    </div>
  );
}

interface WheelProps {
  readonly person: Person;
  readonly truckId: number;
  readonly begin: Place;
  readonly jobId: string | null;
  readonly onJob: (id: string | null) => void;
}

function Wheel({ person, truckId, begin, jobId, onJob }: WheelProps) {
  const words = useWords();
  const room = useRoom(`truck:${truckId}`);
  const { order } = useLiveOrder(jobId, person);
  const { offer, answer } = useOffer(person, onJob);
  const { status } = order ?? {};
  const target =
    order && status === "ASSIGNED"
      ? pickupOf(order)
      : order && status === "IN_PROGRESS"
        ? deliveryOf(order)
        : null;
  const { place, isDriving, isThere, setDriving } = useDrive(room, begin, target);
  const isOver = status === "COMPLETED" || status === "CANCELLED";
  useEffect(() => {
    if (isOver) onJob(null);
  }, [isOver, onJob]);
  const shown = offer ?? (isOver ? null : order);
  return (
    <div className="truck-app">
      <TruckMap
        truck={place}
        pickup={shown && pickupOf(shown)}
        delivery={shown && deliveryOf(shown)}
        glide={500}
      />
      <div className="pad truck-controls">
        {offer ? <Offer offer={offer} onAnswer={answer} /> : null}
        {order && !isOver ? <Job order={order} isThere={isThere} person={person} /> : null}
        {isThere ? null : (
          <Button onClick={() => setDriving(!isDriving)}>
            {words(isDriving ? "truck.stop" : "truck.goOn")}
          </Button>
        )}
      </div>
    </div>
  );
}

/** The offer that stands: looked for at each notification, and gone when its time is over. */
function useOffer(person: Person, onJob: (id: string) => void) {
  const live = useLive();
  const [offer, setOffer] = useState<OfferWire | null>(null);
  const { caravan } = person;
  const look = useCallback(() => void openOffer(caravan).then(setOffer, () => {}), [caravan]);
  useRoom(OWN, {
    entry: ({ kind }) => kind === "notification" && look(),
    reload: (why) => why === "gap" && look(),
  });
  useEffect(() => {
    if (live) look();
  }, [live, look]);
  const end = offer?.expires_at;
  useEffect(() => {
    if (!end) return;
    const timer = setTimeout(() => setOffer(null), Math.max(0, Date.parse(end) - Date.now()));
    return () => clearTimeout(timer);
  }, [end]);
  const answer = async (accepts: boolean) => {
    if (!offer) return;
    await answerOffer(caravan, offer.order, accepts);
    setOffer(null);
    if (accepts) onJob(offer.order);
  };
  return { offer, answer };
}
