/** The trucks that can take an order, each with its button, and why the others nearby can't. */
import { useRoom } from "@caravan/client/react";
import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { useCode } from "../codes.ts";
import { useMay } from "../declaration.tsx";
import { useFormats, useWords } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Ago } from "../records/fields/values.tsx";
import { type Candidate, readCandidates } from "./board/reading.ts";

interface CandidatesProps {
  readonly order: string;
  /** What the choice depends on besides the trucks: another value reads it again. */
  readonly version: string;
  readonly onAssign: (truck: { readonly id: number; readonly plate: string }) => void;
}

/** How soon a change of some truck or order is shown. Milliseconds. */
const SOON = 1000;

/** The trucks around an order; `version` as in `CandidatesProps`. Null: none are asked for. */
export function useCandidates(order: string | null, version: string) {
  return useQuery({
    queryKey: ["candidates", order, version],
    queryFn: ({ signal }) => readCandidates(order ?? "", signal),
    enabled: order !== null,
    refetchInterval: 15_000,
  });
}

export function Candidates({ order, version, onAssign }: CandidatesProps) {
  const words = useWords();
  const { data, error, refetch } = useCandidates(order, version);
  const mayAssign = useMay("orders", "assign");
  const waiting = useRef<ReturnType<typeof setTimeout> | null>(null);
  useRoom("ops:all", {
    entry() {
      waiting.current ??= setTimeout(() => {
        waiting.current = null;
        void refetch();
      }, SOON);
    },
  });
  const free = (data ?? []).filter(({ fault }) => fault === null);
  const others = (data ?? []).filter(({ fault }) => fault !== null);
  return (
    <>
      <h2>{words("map.free")}</h2>
      {error ? <p className="fault">{error.message}</p> : null}
      {data && free.length === 0 ? <p className="quiet">{words("map.noFree")}</p> : null}
      <ul className="map-list">
        {free.map((truck) => (
          <li key={truck.id} className="candidate">
            <About truck={truck} />
            {mayAssign ? (
              <Button look="main" onClick={() => onAssign({ id: truck.id, plate: truck.license_plate })}>
                {words("map.assign")}
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
      {others.length > 0 ? (
        <details>
          <summary>{words("map.others", { n: others.length })}</summary>
          <ul className="map-list">
            {others.map((truck) => (
              <li key={truck.id} className="candidate refused">
                <About truck={truck} />
              </li>
            ))}
          </ul>
        </details>
      ) : null}
    </>
  );
}

function About({ truck }: { truck: Candidate }) {
  const words = useWords();
  const code = useCode();
  const formats = useFormats();
  const { driver, fault, located_at: at } = truck;
  return (
    <span>
      <strong>{truck.license_plate}</strong>
      <small>
        {driver ? `${driver.name} · ` : ""}
        {words("map.away", { distance: formats.distance(truck.distance_m) })}
        {at ? (
          <>
            {" · "}
            <Ago value={at} />
          </>
        ) : null}
      </small>
      {fault ? (
        <small className="why">
          {fault === "unavailable" ? code(truck.status) : words(`truck.${fault}`)}
        </small>
      ) : null}
    </span>
  );
}
