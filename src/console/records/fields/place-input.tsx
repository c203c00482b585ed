/** The input for a place: its degrees, or a click on a map that opens below them. */
import { lazy, Suspense, useState } from "react";
import { useWords } from "../../i18n.ts";
import { Button } from "../../kit/button.tsx";
import { Loading } from "../../kit/page.tsx";

const PointMap = lazy(() => import("../../map/point-map.tsx"));

interface Degrees {
  readonly latitude?: number | null;
  readonly longitude?: number | null;
}

interface PlaceInputProps {
  readonly id: string;
  /** The field's name. */
  readonly name: string;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
  readonly onBlur?: (() => void) | undefined;
}

export function PlaceInput({ id, name, value, onChange, onBlur }: PlaceInputProps) {
  const words = useWords();
  const [isOpen, setOpen] = useState(false);
  const degrees = (typeof value === "object" && value !== null ? value : {}) as Degrees;
  const part = (axis: "latitude" | "longitude") => (
    <input
      id={axis === "latitude" ? id : undefined}
      aria-label={words(`record.${axis}`)}
      type="number"
      step="any"
      value={degrees[axis] ?? ""}
      onBlur={onBlur}
      onChange={(event) =>
        onChange({ ...degrees, [axis]: event.target.value === "" ? null : Number(event.target.value) })
      }
    />
  );
  const { latitude, longitude } = degrees;
  const point =
    typeof latitude === "number" && typeof longitude === "number" ? { latitude, longitude } : null;
  // A delivery has the letter that it has on every map.
  const ends = name === "delivery" ? { pickup: null, delivery: point } : { pickup: point, delivery: null };
  return (
    <div className="place-input">
      <div className="pair">
        {part("latitude")}
        {part("longitude")}
      </div>
      <Button
        icon="target"
        label={words("call.pick")}
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      />
      {isOpen ? (
        <Suspense fallback={<Loading />}>
          <PointMap {...ends} onPoint={onChange} />
        </Suspense>
      ) : null}
    </div>
  );
}
