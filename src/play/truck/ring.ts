/** The road on which the playground's truck drives: Moscow's Garden Ring with its squares, and the places around it. Pure. */
import type { Locale } from "../words.ts";

export interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

export interface Square extends Place {
  readonly name: Readonly<Record<Locale, string>>;
}

const square = (latitude: number, longitude: number, en: string, ru: string): Square => ({
  latitude,
  longitude,
  name: { en, ru },
});

/** Clockwise. */
export const SQUARES: readonly Square[] = [
  square(55.7726, 37.6325, "Sukharevskaya", "Сухаревская"),
  square(55.769, 37.649, "Krasnye Vorota", "Красные Ворота"),
  square(55.7577, 37.659, "Kursky station", "Курский вокзал"),
  square(55.7423, 37.6535, "Taganskaya", "Таганская"),
  square(55.7315, 37.637, "Paveletskaya", "Павелецкая"),
  square(55.728, 37.625, "Serpukhovskaya", "Серпуховская"),
  square(55.7295, 37.6115, "Oktyabrskaya", "Октябрьская"),
  square(55.7347, 37.597, "Krymsky bridge", "Крымский мост"),
  square(55.7377, 37.5885, "Zubovskaya", "Зубовская"),
  square(55.7477, 37.5826, "Smolenskaya", "Смоленская"),
  square(55.7596, 37.5838, "Kudrinskaya", "Кудринская"),
  square(55.7697, 37.5955, "Triumfalnaya", "Триумфальная"),
  square(55.7735, 37.6095, "Samotyochnaya", "Самотёчная"),
];

/** The square so many steps further. */
export const squareAt = (index: number): Square =>
  SQUARES[((index % SQUARES.length) + SQUARES.length) % SQUARES.length] ?? (SQUARES[0] as Square);

const METRES = { latitude: 111_200, longitude: 62_660 };
const CENTRE: Place = { latitude: 55.75, longitude: 37.62 };

export interface Metres {
  readonly x: number;
  readonly y: number;
}

/** Metres to the east and to the south of the city's centre: what the map draws. */
export const toMetres = ({ latitude, longitude }: Place): Metres => ({
  x: (longitude - CENTRE.longitude) * METRES.longitude,
  y: (CENTRE.latitude - latitude) * METRES.latitude,
});

const toPlace = ({ x, y }: Metres): Place => ({
  latitude: CENTRE.latitude - y / METRES.latitude,
  longitude: CENTRE.longitude + x / METRES.longitude,
});

interface Stretch {
  /** Metres along the ring to its beginning. */
  readonly begin: number;
  readonly length: number;
  readonly from: Metres;
  readonly to: Metres;
}

const STRETCHES: readonly Stretch[] = stretches();

function stretches(): Stretch[] {
  let begin = 0;
  return SQUARES.map((square, index) => {
    const [from, to] = [toMetres(square), toMetres(squareAt(index + 1))];
    const stretch = { begin, length: Math.hypot(to.x - from.x, to.y - from.y), from, to };
    begin += stretch.length;
    return stretch;
  });
}

/** The length of the ring in metres. */
export const RING = STRETCHES.reduce((sum, { length }) => sum + length, 0);

const around = (along: number) => ((along % RING) + RING) % RING;

/** The place so many metres along the ring, with the heading of a clockwise drive in degrees. */
export function placeAt(along: number): Place & { readonly heading: number } {
  const at = around(along);
  const { begin, length, from, to } =
    STRETCHES.findLast(({ begin }) => begin <= at) ?? (STRETCHES[0] as Stretch);
  const part = (at - begin) / length;
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const heading = (Math.atan2(dx, -dy) * 180) / Math.PI;
  return { ...toPlace({ x: from.x + dx * part, y: from.y + dy * part }), heading: (heading + 360) % 360 };
}

/** The metres along the ring of the point on it that is nearest to a place. */
export function nearestOnRing(place: Place): number {
  const point = toMetres(place);
  const found = STRETCHES.map(({ begin, length, from, to }) => {
    const [dx, dy] = [to.x - from.x, to.y - from.y];
    const along = ((point.x - from.x) * dx + (point.y - from.y) * dy) / length;
    const kept = Math.min(length, Math.max(0, along));
    const off = Math.hypot(
      point.x - (from.x + (dx * kept) / length),
      point.y - (from.y + (dy * kept) / length),
    );
    return { along: begin + kept, off };
  });
  return found.sort((one, other) => one.off - other.off)[0]?.along ?? 0;
}

/** Metres to drive from one point to another, the shorter way: negative against the clock. */
export function wayTo(from: number, to: number): number {
  const ahead = around(to - from);
  return ahead <= RING / 2 ? ahead : ahead - RING;
}
