/// <reference types="vite/types/importMeta.d.ts" />
/** docs/settings.md lists exactly the settings that are parsed. */
import { expect, test } from "vitest";
import { sources } from "../harness/architecture/sources.ts";

const [page = ""] = Object.values(
  import.meta.glob<string>("../../docs/settings.md", { query: "?raw", import: "default", eager: true }),
);
const parsed = ["src/settings.ts", "src/push-settings.ts"].map((path) => sources[path] ?? "").join("\n");

/** `APP_ENV: z.enum(…)` in a schema. */
const variables = [...parsed.matchAll(/^ {2}([A-Z][A-Z0-9_]+):/gm)].map(([, name = ""]) => name);

/** `guessFromAddress: "20/900"` in the rates, as the variable that sets it. */
const rates = [...parsed.matchAll(/^ {2}(\w+): "\d+\/\d+"/gm)].map(
  ([, name = ""]) => `RATE_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`,
);

/** `openOrders: 20` in the quotas. */
const quotas = [...parsed.matchAll(/^ {2}(\w+): \d+,$/gm)].map(
  ([, name = ""]) => `QUOTA_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`,
);

test("Every setting that is parsed is documented, and no other.", () => {
  const documented = page
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .flatMap((line) => [...(line.split("|")[1] ?? "").matchAll(/`(\w+)`/g)].map(([, name = ""]) => name));
  expect(documented.length).toBeGreaterThan(20);
  expect(documented.toSorted()).toEqual([...new Set([...variables, ...rates, ...quotas])].toSorted());
});
