/** JSON for Eurorace's Dart client, which reads coordinates as doubles: a whole coordinate is written `52.0`. */

/** Writes a number with chosen digits. Source: ECMAScript 2026, JSON.rawJSON; V8 has it, TypeScript's library does not yet. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

const COORDINATES = new Set(["latitude", "longitude"]);

/** A value as JSON. Whole numbers that are coordinates by name or stand in a list keep a decimal point. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, function (this: unknown, name, inner) {
    const isCoordinate = COORDINATES.has(name) || Array.isArray(this);
    return isCoordinate && Number.isInteger(inner) ? rawJSON(inner.toFixed(1)) : inner;
  });
}

/** A response whose coordinates are doubles. */
export function jsonResponse(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(toJson(body), {
    status,
    headers: { "Content-Type": "application/json", ...headers },
  });
}
