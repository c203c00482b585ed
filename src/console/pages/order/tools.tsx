/** What leads from an order elsewhere, beside its actions: the live map and a public link. */
import type { RaRecord } from "ra-core";
import { Link } from "react-router-dom";
import { useMay, useMayOpen } from "../../declaration.tsx";
import { useWords } from "../../i18n.ts";
import { Icon } from "../../kit/icon.tsx";
import { ShareButton } from "./share.tsx";

/** Nothing for an order that is over: it is on no map. */
export function OrderTools({ order }: { order: RaRecord }) {
  const words = useWords();
  const mayFollow = useMayOpen("live");
  const mayShare = useMay("orders", "share");
  if (order.status === "COMPLETED" || order.status === "CANCELLED") return null;
  return (
    <>
      {mayFollow ? (
        <Link className="button" to={`/map?order=${order.id}`}>
          <Icon name="map" />
          <span>{words("nav.map")}</span>
        </Link>
      ) : null}
      {mayShare ? <ShareButton order={order.id} /> : null}
    </>
  );
}
