/// <reference types="vite/types/importMeta.d.ts" />
/** The source files as text, by path (`src/app.ts`), for tests that read the code. */

const files = import.meta.glob<string>("../../../src/**/*.{ts,tsx}", {
  query: "?raw",
  import: "default",
  eager: true,
});

export const sources: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(files).map(([path, text]) => [path.replace("../../../", ""), text]),
);

const configs = import.meta.glob<string>("../../../drizzle.config.ts", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** The text of drizzle's configuration. */
export const drizzleConfig = Object.values(configs).join("");
