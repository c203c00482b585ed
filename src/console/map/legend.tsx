/** Over the map: the number of trucks in each state, which can be hidden, and the filters. */
import { useCode } from "../codes.ts";
import { useWords } from "../i18n.ts";
import { Icon } from "../kit/icon.tsx";
import { type Board, isWaiting } from "./board/board.ts";
import type { Tariff } from "./board/reading.ts";
import { AGES, type Filters, NO_FILTERS, passes } from "./board/view.ts";
import { STATE_ORDER } from "./ground/style.ts";

interface LegendProps {
  readonly board: Board;
  readonly filters: Filters;
  readonly tariffs: readonly Tariff[];
  readonly now: number;
  /** Null: there are no tasks to show. */
  readonly showsTasks: boolean | null;
  readonly onFilter: (filters: Filters) => void;
  readonly onTasks: (shows: boolean) => void;
}

export function Legend(props: LegendProps) {
  const { board, filters, now, onFilter } = props;
  const code = useCode();
  const words = useWords();
  const counts = new Map<string, number>();
  for (const truck of board.trucks.values())
    if (passes(truck, filters, now)) counts.set(truck.status, (counts.get(truck.status) ?? 0) + 1);
  let waiting = 0;
  for (const order of board.orders.values()) if (isWaiting(order)) waiting += 1;
  const toggle = (state: string) => {
    const hidden = new Set(filters.hidden);
    if (!hidden.delete(state)) hidden.add(state);
    onFilter({ ...filters, hidden });
  };
  return (
    <div className="legend">
      <div className="legend-states">
        {STATE_ORDER.map((state) => (
          <label key={state} data-state={state.toLowerCase()}>
            <input type="checkbox" checked={!filters.hidden.has(state)} onChange={() => toggle(state)} />
            <i />
            {code(state)} <b>{counts.get(state) ?? 0}</b>
          </label>
        ))}
        <span data-state="waiting">
          <i />
          {words("map.waiting")} <b>{waiting}</b>
        </span>
      </div>
      <FilterChoice {...props} />
    </div>
  );
}

function FilterChoice({ filters, tariffs, showsTasks, onFilter, onTasks }: LegendProps) {
  const words = useWords();
  const { tariff, duty, age } = filters;
  const count = [tariff, duty, age].filter((each) => each !== null).length;
  return (
    <details className="map-filters">
      <summary aria-label={words("map.filters")}>
        <Icon name="filter" /> {words("map.filters")} {count > 0 ? <b className="count">{count}</b> : null}
      </summary>
      <div className="map-filter-fields">
        <label>
          {words("map.tariff")}
          <select
            value={tariff ?? ""}
            onChange={({ target }) => onFilter({ ...filters, tariff: Number(target.value) || null })}
          >
            <option value="">{words("map.any")}</option>
            {tariffs.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          {words("map.duty")}
          <select
            value={duty ?? ""}
            onChange={({ target: { value } }) =>
              onFilter({ ...filters, duty: value === "on" || value === "off" ? value : null })
            }
          >
            <option value="">{words("map.any")}</option>
            <option value="on">{words("map.onDuty")}</option>
            <option value="off">{words("map.offDuty")}</option>
          </select>
        </label>
        <label>
          {words("map.age")}
          <select
            value={age ?? ""}
            onChange={({ target: { value } }) =>
              onFilter({ ...filters, age: AGES.find((each) => each === value) ?? null })
            }
          >
            <option value="">{words("map.any")}</option>
            {AGES.map((each) => (
              <option key={each} value={each}>
                {words(`map.age.${each}`)}
              </option>
            ))}
          </select>
        </label>
        {showsTasks === null ? null : (
          <label className="check">
            <input type="checkbox" checked={showsTasks} onChange={() => onTasks(!showsTasks)} />
            {words("map.tasks")}
          </label>
        )}
        <button
          type="button"
          className="button"
          disabled={count === 0 && filters.hidden.size === 0}
          onClick={() => onFilter(NO_FILTERS)}
        >
          {words("map.noFilters")}
        </button>
      </div>
    </details>
  );
}
