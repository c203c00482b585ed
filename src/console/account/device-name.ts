/** What a session's `User-Agent` says of browser and system. Pure. */

const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdgA?\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\bYaBrowser\//, "Yandex"],
  [/\bFirefox\/|\bFxiOS\//, "Firefox"],
  [/Chrome\/|\bCriOS\//, "Chrome"],
  [/\bSafari\//, "Safari"],
];

const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\bAndroid\b/, "Android"],
  [/iPhone|iPad|iPod/, "iOS"],
  [/\bWindows\b/, "Windows"],
  [/Mac OS X|Macintosh/, "macOS"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bLinux\b/, "Linux"],
];

const found = (list: typeof BROWSERS, words: string) => list.find(([sign]) => sign.test(words))?.[1];

/** Whether it is a browser: what it opened is told by the address, not by the app that its session was made for. */
export const isBrowser = (userAgent: string): boolean => found(BROWSERS, userAgent) !== undefined;

/** `Chrome · Windows`; the beginning of what another client calls itself; empty for nothing. */
export function deviceName(userAgent: string): string {
  const parts = [found(BROWSERS, userAgent), found(SYSTEMS, userAgent)].filter(Boolean);
  return parts.join(" · ") || userAgent.slice(0, 60);
}
