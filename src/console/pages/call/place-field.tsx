/** A place by address: results of the geocoder to choose from, or a point on the map. */
import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { useWords } from "../../i18n.ts";
import { Button } from "../../kit/button.tsx";
import { useDebounced } from "../../kit/debounce.ts";
import { findPlaces, type Point } from "./requests.ts";

interface PlaceFieldProps {
  readonly label: string;
  readonly address: string;
  readonly point: Point | null;
  /** A click on the map sets this place. */
  readonly picking: boolean;
  readonly fault?: string | undefined;
  readonly onAddress: (address: string) => void;
  readonly onPoint: (point: Point, address?: string) => void;
  readonly onPick: () => void;
}

export function PlaceField(props: PlaceFieldProps) {
  const { label, address, point, picking, fault, onAddress, onPoint, onPick } = props;
  const id = useId();
  const words = useWords();
  const query = useDebounced(address.trim());
  const { data } = useQuery({
    queryKey: ["places", query],
    queryFn: ({ signal }) => findPlaces(query, signal),
    enabled: query.length > 3 && point === null,
    staleTime: 60_000,
  });
  const found = point === null && query === address.trim() ? (data?.places ?? []) : [];
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
      {found.length > 0 ? (
        <ul className="places">
          {found.map((place) => (
            <li key={`${place.latitude},${place.longitude},${place.address}`}>
              <button type="button" className="link" onClick={() => onPoint(place, place.address)}>
                {place.address}
              </button>
            </li>
          ))}
        </ul>
      ) : null}
      {fault ? (
        <p className="fault" role="alert">
          {fault}
        </p>
      ) : null}
    </div>
  );
}
