/** What the map shows around the ring, as a person would sketch the city: the river, the boulevards, the great streets. */
import { type Place, SQUARES, toMetres } from "./ring.ts";

type Line = readonly (readonly [latitude: number, longitude: number])[];

const RIVER: Line = [
  [55.765, 37.555],
  [55.753, 37.57],
  [55.745, 37.567],
  [55.732, 37.552],
  [55.716, 37.556],
  [55.7135, 37.573],
  [55.7275, 37.593],
  [55.7347, 37.5985],
  [55.744, 37.609],
  [55.7485, 37.615],
  [55.7475, 37.631],
  [55.7475, 37.641],
  [55.739, 37.65],
  [55.73, 37.656],
  [55.7165, 37.655],
];

const BOULEVARDS: Line = [
  [55.745, 37.603],
  [55.752, 37.6005],
  [55.758, 37.599],
  [55.765, 37.605],
  [55.768, 37.614],
  [55.7665, 37.6235],
  [55.765, 37.638],
  [55.7565, 37.647],
  [55.748, 37.644],
];

const STREETS: readonly Line[] = [
  [
    [55.757, 37.613],
    [55.7697, 37.5955],
    [55.778, 37.585],
  ],
  [
    [55.754, 37.61],
    [55.752, 37.59],
    [55.75, 37.566],
  ],
  [
    [55.759, 37.627],
    [55.769, 37.649],
    [55.777, 37.661],
  ],
  [
    [55.76, 37.624],
    [55.7726, 37.6325],
    [55.782, 37.637],
  ],
  [
    [55.749, 37.61],
    [55.7377, 37.5885],
    [55.728, 37.57],
  ],
  [
    [55.7465, 37.626],
    [55.7315, 37.637],
    [55.72, 37.645],
  ],
  [
    [55.7465, 37.615],
    [55.7295, 37.6115],
    [55.7165, 37.597],
  ],
  [
    [55.752, 37.631],
    [55.7423, 37.6535],
    [55.736, 37.672],
  ],
];

const pathOf = (places: readonly Place[]) =>
  places
    .map(toMetres)
    .map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${x.toFixed(0)} ${y.toFixed(0)}`)
    .join("");
const lineOf = (line: Line) => pathOf(line.map(([latitude, longitude]) => ({ latitude, longitude })));

/** Paths of an SVG whose unit is a metre. */
export const SKETCH = {
  river: lineOf(RIVER),
  streets: [BOULEVARDS, ...STREETS].map(lineOf).join(""),
  ring: `${pathOf(SQUARES)}Z`,
} as const;
