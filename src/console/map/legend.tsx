/** The number of trucks per state; each state can be hidden. */
import { useCode } from "../codes.ts";
import { useWords } from "../i18n.ts";
import { type Board, isWaiting } from "./board.ts";
import { STATE_ORDER } from "./style.ts";

interface LegendProps {
  readonly board: Board;
  readonly hidden: ReadonlySet<string>;
  readonly onChange: (hidden: ReadonlySet<string>) => void;
}

export function Legend({ board, hidden, onChange }: LegendProps) {
  const code = useCode();
  const words = useWords();
  const trucks = [...board.trucks.values()];
  const waiting = [...board.orders.values()].filter(isWaiting).length;
  const toggle = (state: string) => {
    const next = new Set(hidden);
    if (!next.delete(state)) next.add(state);
    onChange(next);
  };
  return (
    <div className="legend">
      {STATE_ORDER.map((state) => (
        <label key={state} data-state={state.toLowerCase()}>
          <input type="checkbox" checked={!hidden.has(state)} onChange={() => toggle(state)} />
          <i />
          {code(state)} <b>{trucks.filter(({ status }) => status === state).length}</b>
        </label>
      ))}
      <span data-state="waiting">
        <i />
        {words("map.waiting")} <b>{waiting}</b>
      </span>
    </div>
  );
}
