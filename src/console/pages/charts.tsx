/** Small SVG charts; every value is also available as text. */
import { type ReactNode, useId } from "react";

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** Formatted value: `1 200 ₽`. */
  readonly words: string;
}

const WIDTH = 640;
const HEIGHT = 180;
const FOOT = 22;

/** A bar chart; labels are thinned out to fit. */
export function BarChart({ bars, title }: { bars: readonly Bar[]; title: string }) {
  const id = useId();
  const most = Math.max(1, ...bars.map(({ value }) => value));
  const step = WIDTH / Math.max(1, bars.length);
  const every = Math.ceil(bars.length / 8);
  const height = (value: number) => (value / most) * (HEIGHT - FOOT - 18);
  const peak = bars.findIndex(({ value }) => value === most);
  return (
    <svg className="chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-labelledby={id}>
      <title id={id}>{`${title}: ${bars.map(({ label, words }) => `${label} ${words}`).join(", ")}`}</title>
      <line className="axis" x1="0" x2={WIDTH} y1={HEIGHT - FOOT} y2={HEIGHT - FOOT} />
      {bars.map(({ label, value, words }, index) => (
        <g key={label}>
          <rect
            className="bar"
            x={index * step + step * 0.15}
            y={HEIGHT - FOOT - height(value)}
            width={step * 0.7}
            height={height(value)}
            rx="2"
          >
            <title>{`${label}: ${words}`}</title>
          </rect>
          {index === peak && value > 0 ? (
            <text className="peak" x={clamp(index * step + step / 2)} y={HEIGHT - FOOT - height(value) - 5}>
              {words}
            </text>
          ) : null}
          {index % every === 0 ? (
            <text className="tick" x={clamp(index * step + step / 2, 22)} y={HEIGHT - 6}>
              {label}
            </text>
          ) : null}
        </g>
      ))}
    </svg>
  );
}

const clamp = (x: number, margin = 40) => Math.min(WIDTH - margin, Math.max(margin, x));

export interface Part {
  readonly key: string;
  readonly label: string;
  readonly value: number;
}

export interface StackedRow {
  readonly key: string;
  readonly label: ReactNode;
  readonly parts: readonly Part[];
  readonly note?: string;
}

/** Stacked bars on one scale. */
export function StackedRows({ rows }: { rows: readonly StackedRow[] }) {
  const sum = ({ parts }: StackedRow) => parts.reduce((total, { value }) => total + value, 0);
  const most = Math.max(1, ...rows.map(sum));
  return (
    <table className="stack">
      <tbody>
        {rows.map((row) => (
          <tr key={row.key}>
            <th scope="row">{row.label}</th>
            <td className="track">
              <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                {row.parts.map((part, index) => (
                  <rect
                    key={part.key}
                    className={`part ${part.key}`}
                    x={
                      (row.parts.slice(0, index).reduce((total, { value }) => total + value, 0) / most) * 100
                    }
                    width={(part.value / most) * 100}
                    height="10"
                  >
                    <title>{`${part.label}: ${part.value}`}</title>
                  </rect>
                ))}
              </svg>
            </td>
            <td className="number">{sum(row)}</td>
            <td className="quiet">{row.note}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
