/** CSV files (RFC 4180), safe to open in a spreadsheet. */

/** Where a formula can begin: also after a semicolon, which separates cells in locales with a decimal comma. */
const FORMULA = /(^|[;\t\r\n])(?=[=+\-@\t\r])/g;

/** One cell. A text that a spreadsheet would read as a formula is marked as text; numbers stay unchanged. */
export function csvCell(value: unknown): string {
  if (value === null || value === undefined) return "";
  const words = typeof value === "object" ? JSON.stringify(value) : String(value);
  const safe = typeof value === "string" && !isNumber(words) ? words.replace(FORMULA, "$1'") : words;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const isNumber = (words: string) => /^-?\d+(\.\d+)?$/.test(words);

export function csvLine(cells: readonly unknown[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

export const CSV_TYPE = "text/csv; charset=utf-8";

export const csvDisposition = (name: string) => `attachment; filename="${name}.csv"`;

/** A response that downloads as `name.csv` and is not cached. */
export function csvResponse(name: string, body: string | ReadableStream<Uint8Array>): Response {
  return new Response(body, {
    headers: {
      "Content-Type": CSV_TYPE,
      "Content-Disposition": csvDisposition(name),
      "Cache-Control": "private, no-store",
    },
  });
}
