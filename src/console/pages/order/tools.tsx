/** What leads from an order elsewhere, beside its actions: the live map and a public link. */
import type { RaRecord } from "ra-core";
import { Link } from "react-router-dom";
import { useWords } from "../../i18n.ts";
import { Icon } from "../../kit/icon.tsx";
import { ShareButton } from "./share.tsx";

/** Nothing for an order that is over: it is on no map. */
export function OrderTools({ order }: { order: RaRecord }) {
  const words = useWords();
  if (order.status === "COMPLETED" || order.status === "CANCELLED") return null;
  return (
    <>
      <Link className="button" to={`/map?order=${order.id}`}>
        <Icon name="map" />
        <span>{words("nav.map")}</span>
      </Link>
      <ShareButton order={order.id} />
    </>
  );
}
