/** An offer on the driver's screen, with the time that is left. */
import { useEffect, useState } from "react";
import { Button } from "../../console/kit/button.tsx";
import { useLanguage, useWords } from "../language.tsx";
import { useAction } from "../parts/action.ts";
import type { OfferWire } from "./orders.ts";

interface OfferProps {
  readonly offer: OfferWire;
  readonly onAnswer: (accepts: boolean) => Promise<void>;
}

export function Offer({ offer, onAnswer }: OfferProps) {
  const words = useWords();
  const { locale } = useLanguage();
  const { run, fault, isBusy } = useAction();
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  const left = Math.max(0, Math.ceil((Date.parse(offer.expires_at) - now) / 1000));
  const kilometres = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(
    offer.distance / 1000,
  );
  return (
    <section className="offer" aria-label={words("truck.offer")}>
      <p role="status">
        <strong>{words("truck.offer")}</strong>
        <br />
        {offer.pickup_address} → {offer.delivery_address}
        <br />
        <span className="quiet number">{words("truck.away", { kilometres })}</span>
        {offer.estimated_price ? (
          <span className="quiet number"> · {Math.round(Number(offer.estimated_price))} ₽</span>
        ) : null}
      </p>
      <div className="row">
        <Button look="main" disabled={isBusy} onClick={() => run(() => onAnswer(true))}>
          {words("truck.accept")}
        </Button>
        <Button disabled={isBusy} onClick={() => run(() => onAnswer(false))}>
          {words("truck.refuse")}
        </Button>
        <span className="quiet number">{words("truck.left", { seconds: left })}</span>
      </div>
      <p className="fault" role="alert">
        {fault}
      </p>
    </section>
  );
}
