/** Rules of the architecture: directions of imports, owners of tables, and patterns that are forbidden. */
import { describe, expect, test } from "vitest";
import { FORBIDDEN_PATTERNS } from "./harness/architecture/forbidden-patterns.ts";
import { importsOf, importViolation, withoutComments } from "./harness/architecture/import-rules.ts";
import { layerViolation } from "./harness/architecture/layers.ts";
import { drizzleConfig, sources } from "./harness/architecture/sources.ts";
import { circlesOf, constsOf, crossing, homeOf, ownersOf, usesOf } from "./harness/architecture/tables.ts";

const files = Object.entries(sources);

test("The test reads the sources that it checks.", () => {
  expect(files.length).toBeGreaterThan(70);
  expect(sources["src/index.ts"]).toContain("export default");
});

describe("imports", () => {
  test("Imports run from modules to the platform, from the older apps' adapters to modules, and from the root anywhere.", () => {
    const wrong = files.flatMap(([path, source]) => importsOf(path, source).map(importViolation));
    expect(wrong.filter((words) => words !== null)).toEqual([]);
  });

  test("Every import leads to an existing file.", () => {
    const lost = files
      .flatMap(([path, source]) => importsOf(path, source))
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
    ["src/modules/chat/deep/a.ts", "../../social/tables.ts", "through its index.ts"],
    ["src/modules/chat/tables.ts", "../social/deep/old-tables.ts", "through its index.ts"],
    ["src/modules/chat/a.ts", "../../compat/eurorace/index.ts", "a module knows modules and the platform"],
    ["src/modules/chat/a.ts", "../../env.ts", "a module knows modules and the platform"],
    ["src/modules/chat/a.ts", "../../jobs.ts", "a module knows modules and the platform"],
    ["src/compat/eurorace/a.ts", "../../modules/identity/tables.ts", "through its index.ts"],
    ["src/compat/eurorace/a.ts", "../../modules/identity/accounts.ts", "through its index.ts"],
    ["src/compat/eurorace/tables.ts", "../../modules/identity/tables.ts", "through its index.ts"],
    ["src/compat/eurorace/a.ts", "../alphabet/events.ts", "through its index.ts"],
    ["src/compat/eurorace/a.ts", "../../app.ts", "an adapter knows modules only"],
    ["src/console/a.tsx", "../modules/identity/index.ts", "the console speaks to the API"],
    ["src/console/a.tsx", "../play/app.tsx", "the console speaks to the API"],
    ["src/play/a.tsx", "../modules/identity/index.ts", "the playground speaks to the API"],
    ["src/play/a.tsx", "../console/live.ts", "its kit and theme only"],
    ["src/modules/chat/a.ts", "../../../test/harness/api.ts", "it leaves src"],
    ["src/app.ts", "../scripts/seed.mjs", "it leaves src"],
    ["src/app.ts", "./channels.ts", "channels are no part of the Worker"],
    ["src/modules/chat/index.ts", "./channels.ts", "channels are no part of the Worker"],
  ])("An import from %s to %s is reported.", (from, name, why) => {
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
      const found = importsOf(from, `/** A planted sample. */\n${form}\n`);
      expect(found).toHaveLength(1);
      expect(found.map(importViolation)).toEqual([expect.stringContaining(why)]);
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
    ["src/modules/chat/deep/tables.ts", "../../social/tables.ts"],
    ["src/modules/chat/tables.ts", "../social/deep/tables.ts"],
    ["src/compat/eurorace/a.ts", "./b.ts"],
    ["src/compat/eurorace/a.ts", "../alphabet/index.ts"],
    ["src/compat/eurorace/a.ts", "../../modules/identity/index.ts"],
    ["src/compat/eurorace/a.ts", "../../platform/time.ts"],
    ["src/console/a.tsx", "./parts/b.tsx"],
    ["src/api-documents.ts", "./channels.ts"],
    ["src/channels.ts", "./modules/chat/channels.ts"],
    ["src/modules/dispatch/channels.ts", "../tracking/channels.ts"],
  ])("An import from %s to %s is allowed.", (from, name) => {
    expect(importsOf(from, `import { a } from "${name}";`).map(importViolation)).toEqual([null]);
  });

  test("Imports in comments and imports of packages are ignored.", () => {
    const source =
      '/** import "../x.ts" */\n// import "../y.ts"\nimport { z } from "zod";\nconst u = "https://a.example";';
    expect(importsOf("src/platform/a.ts", source)).toEqual([]);
  });
});

describe("tables", () => {
  const owners = ownersOf(sources);
  const consts = constsOf(sources);
  const crossings = (path: string, source: string) =>
    usesOf(path, source, consts).flatMap((use) => crossing(use, owners) ?? []);

  test("Every table has exactly one owner.", () => {
    expect(owners.size).toBeGreaterThan(40);
    expect(owners.get("users")).toBe("modules/identity");
    expect([...consts.values()].filter((table) => !owners.has(table))).toEqual([]);
  });

  test("Tables are declared in files named tables.ts, where drizzle looks for them.", () => {
    const declaring = files.filter(([, source]) => withoutComments(source).includes("sqliteTable("));
    const found = /^src\/(?:platform\/db|modules(?:\/[^/]+)+)\/tables\.ts$/;
    expect(declaring.map(([path]) => path).filter((path) => !found.test(path))).toEqual([]);
    expect(drizzleConfig).toContain('["./src/platform/db/tables.ts", "./src/modules/**/tables.ts"]');
  });

  test("Tables are read and written in their own module only.", () => {
    const found = files.flatMap(([path, source]) => crossings(path, source));
    expect(found).toEqual([]);
  });

  test.each([
    ["src/modules/chat/a.ts", "sql`SELECT 1 FROM friendships f`", "reads friendships"],
    ["src/modules/chat/a.ts", "sql`SELECT 1 FROM chats c JOIN \n blocks b ON 1`", "reads blocks"],
    ["src/modules/chat/a.ts", 'sql`UPDATE "notifications" SET is_read = 1`', "writes notifications"],
    ["src/modules/chat/a.ts", "sql`INSERT OR IGNORE INTO notifications VALUES (1)`", "writes notifications"],
    ["src/modules/chat/a.ts", "sql`DELETE FROM users`", "writes users"],
    ["src/modules/chat/a.ts", "ctx.db.update(users).set({})", "writes users"],
    ["src/modules/chat/a.ts", "ctx.db\n  .insert(profiles)", "writes profiles"],
    ["src/modules/chat/a.ts", "sql`UPDATE outbox SET payload = 1`", "writes outbox"],
    ["src/compat/eurorace/a.ts", "sql`SELECT 1 FROM sessions`", "reads sessions"],
    ["src/platform/a.ts", "sql`SELECT 1 FROM chats`", "reads chats"],
    ["src/jobs.ts", "sql`SELECT 1 FROM chats`", "reads chats"],
  ])("In %s, the use of a table in %s is reported.", (path, source, words) => {
    expect(crossings(path, source)).toEqual([expect.stringContaining(words)]);
  });

  test.each([
    ["src/modules/chat/a.ts", "sql`SELECT 1 FROM chats c JOIN users u ON u.id = c.initiator_id`"],
    ["src/modules/chat/a.ts", "// it comes FROM friendships"],
    ["src/modules/social/deep/a.ts", "ctx.db.delete(blocks)"],
  ])("In %s, the use of a table in %s is allowed.", (path, source) => {
    expect(crossings(path, source)).toEqual([]);
  });
});

describe("circles", () => {
  const edgesOf = (named: readonly (readonly [string, string])[]) => {
    const edges = new Map<string, Set<string>>();
    for (const [path, source] of named)
      for (const { to } of importsOf(path, source)) {
        const [from, target] = [homeOf(path), homeOf(to)];
        // A foreign key may name a table on either side.
        if (from === target || to.endsWith("/tables.ts")) continue;
        edges.set(from, (edges.get(from) ?? new Set()).add(target));
      }
    return edges;
  };

  test("No circle of imports exists between modules.", () => {
    /** Until the list of one's own events moves to the events. */
    const pending = "modules/events → modules/social";
    expect(circlesOf(edgesOf(files)).filter((circle) => circle !== pending)).toEqual([]);
  });

  test("A planted circle is found.", () => {
    const planted = [
      ["src/modules/events/a.ts", 'import { a } from "../social/index.ts";'],
      ["src/modules/social/b.ts", 'import { b } from "../chat/index.ts";'],
      ["src/modules/chat/c.ts", 'export * from "../events/index.ts";'],
    ] as const;
    expect(circlesOf(edgesOf(planted))).toEqual(["modules/chat → modules/events → modules/social"]);
  });
});

describe("the folders of dispatch", () => {
  const DISPATCH = "src/modules/dispatch";
  /** The lowest first. */
  const LAYERS = [["fleet"], ["pricing"], ["orders"], ["offers", "sharing"], ["live"], ["console"]];
  const SHARED = ["room-names.ts", "timestamps.ts"];
  const violations = (named: readonly (readonly [string, string])[]) =>
    named.flatMap(([path, source]) =>
      importsOf(path, source).flatMap((edge) => layerViolation(edge, DISPATCH, LAYERS, SHARED) ?? []),
    );

  test("The folders of dispatch import only folders below them, so that no circle is possible.", () => {
    expect(violations(files)).toEqual([]);
  });

  test.each([
    ["fleet/trucks/a.ts", "../../orders/rules.ts", "fleet is not above orders"],
    ["orders/a.ts", "../live/order.room.ts", "orders is not above live"],
    ["orders/tables.ts", "../offers/tables.ts", "orders is not above offers"],
    ["offers/a.ts", "../sharing/commands.ts", "offers is not above sharing"],
    ["live/a.ts", "../console/stats.ts", "live is not above console"],
    ["live/a.ts", "../new/b.ts", "a folder has no layer"],
    ["orders/a.ts", "../routes.ts", "a folder does not import the module's root"],
    ["room-names.ts", "./fleet/fields.ts", "a shared file imports no folder"],
  ])("A folder's import from %s to %s is reported.", (path, name, why) => {
    const planted = [[`${DISPATCH}/${path}`, `import { a } from "${name}";`]] as const;
    expect(violations(planted)).toEqual([expect.stringContaining(why)]);
  });

  test.each([
    ["console/a.ts", "../orders/payments/commands.ts"],
    ["orders/payments/a.ts", "../rules.ts"],
    ["live/a.ts", "../room-names.ts"],
    ["routes.ts", "./console/stats.ts"],
    ["orders/a.ts", "../../identity/index.ts"],
  ])("A folder's import from %s to %s is allowed.", (path, name) => {
    expect(violations([[`${DISPATCH}/${path}`, `import { a } from "${name}";`]])).toEqual([]);
  });
});

describe.each(FORBIDDEN_PATTERNS)("$what", ({ pattern, except, samples, harmless, inComments }) => {
  test("The forbidden pattern occurs nowhere.", () => {
    const found = files
      .filter(([path]) => !except?.includes(path))
      .filter(([, source]) => pattern.test(inComments ? source : withoutComments(source)))
      .map(([path]) => path);
    expect(found).toEqual([]);
  });

  test("A planted sample of the forbidden pattern is found.", () => {
    for (const sample of samples) expect(sample).toMatch(pattern);
    for (const sample of harmless) expect(sample).not.toMatch(pattern);
  });
});
