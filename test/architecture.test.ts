/** The house stands as it is drawn: imports run one way, and a few things are nowhere. */
import { describe, expect, test } from "vitest";
import { arrowsOf, complaint, withoutComments } from "./support/arrows.ts";
import { sources } from "./support/sources.ts";

const files = Object.entries(sources);

test("the sources are read", () => {
  expect(files.length).toBeGreaterThan(70);
  expect(sources["src/index.ts"]).toContain("export default");
});

describe("imports", () => {
  test("run from modules to the platform, from the older apps' adapters to modules, and from the root anywhere", () => {
    const wrong = files.flatMap(([path, source]) => arrowsOf(path, source).map(complaint));
    expect(wrong.filter((words) => words !== null)).toEqual([]);
  });

  test("lead to files that are there", () => {
    const lost = files
      .flatMap(([path, source]) => arrowsOf(path, source))
      .filter(({ to }) => !(to in sources))
      .map(({ from, to }) => `${from} → ${to}`);
    expect(lost).toEqual([]);
  });

  test.each([
    ["src/platform/http/a.ts", "../../modules/chat/index.ts", "the platform knows nobody"],
    ["src/platform/http/a.ts", "../../compat/eurorace/index.ts", "the platform knows nobody"],
    ["src/platform/a.ts", "../env.ts", "the platform knows nobody"],
    ["src/modules/chat/a.ts", "../social/service.ts", "through its index.ts"],
    ["src/modules/chat/a.ts", "../social/tables.ts", "through its index.ts"],
    ["src/modules/chat/tables.ts", "../social/service.ts", "through its index.ts"],
    ["src/modules/chat/deep/tables.ts", "../../social/tables.ts", "through its index.ts"],
    ["src/modules/chat/a.ts", "../../compat/eurorace/index.ts", "a module knows modules and the platform"],
    ["src/modules/chat/a.ts", "../../env.ts", "a module knows modules and the platform"],
    ["src/modules/chat/a.ts", "../../jobs.ts", "a module knows modules and the platform"],
    ["src/compat/eurorace/a.ts", "../../modules/identity/tables.ts", "through its index.ts"],
    ["src/compat/eurorace/a.ts", "../../modules/identity/accounts.ts", "through its index.ts"],
    ["src/compat/eurorace/tables.ts", "../../modules/identity/tables.ts", "through its index.ts"],
    ["src/compat/eurorace/a.ts", "../alphabet/events.ts", "through its index.ts"],
    ["src/compat/eurorace/a.ts", "../../app.ts", "an adapter knows modules only"],
    ["src/console/a.tsx", "../modules/identity/index.ts", "the console speaks to the API"],
    ["src/modules/chat/a.ts", "../../../test/support/api.ts", "it leaves src"],
    ["src/app.ts", "../scripts/seed.mjs", "it leaves src"],
  ])("from %s to %s are caught", (from, name, why) => {
    const forms = [
      `import { a } from "${name}";`,
      `import type { A } from '${name}';`,
      `import "${name}";`,
      `export * from "${name}";`,
      `export {\n  a,\n} from "${name}";`,
      `const a = await import("${name}");`,
      `type A = import("${name}").A;`,
    ];
    for (const form of forms) {
      const found = arrowsOf(from, `/** A planted sample. */\n${form}\n`);
      expect(found).toHaveLength(1);
      expect(found.map(complaint)).toEqual([expect.stringContaining(why)]);
    }
  });

  test.each([
    ["src/app.ts", "./compat/eurorace/accounts.ts"],
    ["src/jobs.ts", "./modules/identity/sessions.ts"],
    ["src/platform/http/a.ts", "../db/client.ts"],
    ["src/modules/chat/a.ts", "./deep/b.ts"],
    ["src/modules/chat/a.ts", "../social/index.ts"],
    ["src/modules/chat/a.ts", "../../platform/http/route.ts"],
    ["src/modules/chat/tables.ts", "../identity/tables.ts"],
    ["src/compat/eurorace/a.ts", "./b.ts"],
    ["src/compat/eurorace/a.ts", "../alphabet/index.ts"],
    ["src/compat/eurorace/a.ts", "../../modules/identity/index.ts"],
    ["src/compat/eurorace/a.ts", "../../platform/time.ts"],
    ["src/console/a.tsx", "./parts/b.tsx"],
  ])("from %s to %s may run", (from, name) => {
    expect(arrowsOf(from, `import { a } from "${name}";`).map(complaint)).toEqual([null]);
  });

  test("in comments and of packages are none of ours", () => {
    const source =
      '/** import "../x.ts" */\n// import "../y.ts"\nimport { z } from "zod";\nconst u = "https://a.example";';
    expect(arrowsOf("src/platform/a.ts", source)).toEqual([]);
  });
});

interface Ban {
  readonly what: string;
  readonly pattern: RegExp;
  /** Where it stands all the same. */
  readonly except?: string;
  /** Looked for in comments too. */
  readonly inComments?: true;
  /** Samples that prove that it would be found, and that nothing else would. */
  readonly samples: readonly string[];
  readonly harmless: readonly string[];
}

const NOWHERE: readonly Ban[] = [
  {
    what: "LIKE in SQL",
    pattern: /\bI?LIKE\b|(?<![\w.])(?:not)?[iI]?[lL]ike\(|\bsql(?:<[^`]*>)?`[^`]*\blike\b/,
    samples: ["WHERE name LIKE ?", "where(like(users.name, term))", "notIlike(a, b)", "sql`a like b`"],
    harmless: ["a format like 20/900", "unlike(person)", "likeness(a, b)", "sql`SELECT likes FROM x`"],
  },
  {
    what: "console outside the log",
    pattern: /\bconsole\s*(?:\.\s*(?:log|info|warn|error|debug|trace|dir|table|assert)\b|\[)/,
    except: "src/platform/log.ts",
    samples: ["console.log(1)", "console\n  .error(x)", 'console["warn"](x)'],
    harmless: ['import "./console/index.ts"', "the console is a page", "/console/console.css"],
  },
  {
    what: "any",
    pattern: /[:<|&,(=]\s*any\s*(?=[,;>)\]|&=[{])|\bas any\b|\bany\[\]/,
    samples: [
      "let a: any;",
      "as any)",
      "Map<string, any>",
      "(a: any, b) =>",
      "any[]",
      "<T = any>",
      "x as any",
    ],
    harmless: ["in any of them", "z.any()", "company: Company", 'kind: "any"'],
  },
  {
    what: "a check that was switched off",
    pattern: /@ts-(?:ignore|expect-error|nocheck)/,
    inComments: true,
    samples: ["// @ts-ignore", "/* @ts-nocheck */"],
    harmless: ["ignored"],
  },
];

describe.each(NOWHERE)("$what", ({ pattern, except, samples, harmless, inComments }) => {
  test("stands nowhere", () => {
    const found = files
      .filter(([path]) => path !== except)
      .filter(([, source]) => pattern.test(inComments ? source : withoutComments(source)))
      .map(([path]) => path);
    expect(found).toEqual([]);
  });

  test("would be found", () => {
    for (const sample of samples) expect(sample).toMatch(pattern);
    for (const sample of harmless) expect(sample).not.toMatch(pattern);
  });
});
