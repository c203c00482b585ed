/** The map: a sketch of the city with the truck, the car to be towed, and its destination. It needs no tiles. */
import { useWords } from "../language.tsx";
import { type Place, toMetres } from "./ring.ts";
import { SKETCH } from "./sketch.ts";

/** A place with what is written beside it. */
export interface Named extends Place {
  readonly label: string;
}

export interface TruckMapProps {
  readonly truck: Place | null;
  readonly pickup: Named | null;
  readonly delivery: Named | null;
  /** How long the drawn truck takes to its place: as long as until the next one comes, ms. */
  readonly glide: number;
}

export function TruckMap({ truck, pickup, delivery, glide }: TruckMapProps) {
  const words = useWords();
  const at = truck && toMetres(truck);
  return (
    <svg className="truck-map" viewBox="-3200 -3000 6400 6000" role="img" aria-label={words("truck.map")}>
      <path className="river" d={SKETCH.river} />
      <path className="streets" d={SKETCH.streets} />
      <path className="ring-edge" d={SKETCH.ring} />
      <path className="ring" d={SKETCH.ring} />
      {delivery ? <Pin place={delivery} kind="goal" /> : null}
      {pickup ? <Pin place={pickup} kind="start" /> : null}
      {at ? (
        <g
          className="truck"
          style={{ transform: `translate(${at.x}px, ${at.y}px)`, transitionDuration: `${glide}ms` }}
        >
          <circle className="halo" r="330" />
          <circle className="disc" r="220" />
          <path d="M-130-65h130v104h-130zM13-39h65l52 52v26H13zM-91 52a31 31 0 1 0 1 0zM65 52a31 31 0 1 0 1 0z" />
        </g>
      ) : null}
    </svg>
  );
}

function Pin({ place, kind }: { place: Named; kind: "start" | "goal" }) {
  const { x, y } = toMetres(place);
  // The text stays inside of the map.
  const isEast = x > 800;
  return (
    <g className={`pin ${kind}`} transform={`translate(${x} ${y})`}>
      <circle r="110" />
      <text x={isEast ? -190 : 190} y="80" textAnchor={isEast ? "end" : "start"}>
        {place.label}
      </text>
    </g>
  );
}
