/** Distances as the reader's country measures them. */

/** Countries whose road signs are in miles. */
const MILES = new Set(["US", "GB", "LR", "MM", "PR"]);

/** Whether distances are in miles: by the region of the browser's language, and never in a Russian page. */
export function usesMiles(language: string, browser: string): boolean {
  if (language === "ru") return false;
  return MILES.has(new Intl.Locale(browser).maximize().region ?? "");
}

const METRES_IN_MILE = 1609.344;

/** A distance in metres, in words: `1.2 km`, `0.7 mi`. */
export function distanceWords(language: string, miles: boolean, metres: number): string {
  const value = metres / (miles ? METRES_IN_MILE : 1000);
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit: miles ? "mile" : "kilometer",
    maximumFractionDigits: value < 10 ? 1 : 0,
  }).format(value);
}
