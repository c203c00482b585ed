/// <reference types="vite/types/importMeta.d.ts" />
/** The sources as text, for tests that read them instead of running them. Paths as `src/app.ts`. */

const files = import.meta.glob<string>("../../src/**/*.{ts,tsx}", {
  query: "?raw",
  import: "default",
  eager: true,
});

export const sources: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(files).map(([path, text]) => [path.replace("../../", ""), text]),
);

const configs = import.meta.glob<string>("../../drizzle.config.ts", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** The text of drizzle's settings. */
export const drizzleConfig = Object.values(configs).join("");
