/** A place by address: results of the geocoder to choose from, or a point on the map. */
import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { useWords } from "../../i18n.ts";
import { Button } from "../../kit/button.tsx";
import { useDebounced } from "../../kit/debounce.ts";
import { Fault } from "../../kit/fault.tsx";
import { isOwnAddress, type Place } from "./place.ts";
import { findPlaces } from "./requests.ts";

interface PlaceFieldProps {
  readonly label: string;
  readonly place: Place;
  /** A click on the map sets this place. */
  readonly picking: boolean;
  readonly fault?: string | undefined;
  readonly onAddress: (address: string) => void;
  readonly onChoose: (found: Place) => void;
  readonly onPick: () => void;
}

export function PlaceField(props: PlaceFieldProps) {
  const { label, place, picking, fault, onAddress, onChoose, onPick } = props;
  const { address, point } = place;
  const id = useId();
  const words = useWords();
  const query = useDebounced(address.trim());
  const { data } = useQuery({
    queryKey: ["places", query],
    queryFn: ({ signal }) => findPlaces(query, signal),
    enabled: query.length > 3 && isOwnAddress(place),
    staleTime: 60_000,
  });
  const results = isOwnAddress(place) && query === address.trim() ? (data?.places ?? []) : [];
  return (
    <div className="field wide">
      <label htmlFor={id}>
        {label}
        <span aria-hidden="true"> *</span>
      </label>
      <div className="row">
        <input
          id={id}
          value={address}
          autoComplete="off"
          aria-invalid={Boolean(fault) || undefined}
          onChange={(event) => onAddress(event.target.value)}
        />
        <Button icon="target" aria-pressed={picking} onClick={onPick}>
          {words("call.pick")}
        </Button>
      </div>
      <p className="quiet">
        {point
          ? `${point.latitude.toFixed(5)}, ${point.longitude.toFixed(5)}`
          : words(data && !data.available ? "call.noGeocoder" : "call.noPoint")}
      </p>
      {results.length > 0 ? (
        <ul className="places">
          {results.map((found) => (
            <li key={`${found.latitude},${found.longitude},${found.address}`}>
              <button
                type="button"
                className="link"
                onClick={() => onChoose({ address: found.address, point: found, isFound: true })}
              >
                {found.address}
              </button>
            </li>
          ))}
        </ul>
      ) : null}
      <Fault text={fault} />
    </div>
  );
}
