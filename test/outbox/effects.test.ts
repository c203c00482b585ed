/** Each kind of effect is declared once and has a handler, whether code or a trigger writes its rows. */
import { env } from "cloudflare:workers";
import { expect, test, vi } from "vitest";
import { effectHandlers } from "../../src/jobs.ts";
import { defineEffect, handlersOf } from "../../src/platform/db/effects.ts";
import { sources } from "../harness/architecture/sources.ts";
import { jobContext } from "../harness/job-context.ts";

const DECLARED = /(?:define|declare)Effect(?:<[^()]*>)?\(\s*"(\w+)"/g;

const kindsIn = (texts: readonly string[], pattern: RegExp) =>
  texts.flatMap((text) => [...text.matchAll(pattern)].map(([, kind = ""]) => kind));

test("Every declared kind of effect has a handler, and no kind is declared twice.", () => {
  const kinds = kindsIn(Object.values(sources), DECLARED);
  expect(kinds.length).toBeGreaterThan(10);
  expect(kinds.filter((kind) => !(kind in effectHandlers))).toEqual([]);
  expect(kinds.filter((kind, index) => kinds.indexOf(kind) < index)).toEqual([]);
});

test("Every kind that a trigger writes has a handler.", () => {
  const queries = env.TEST_MIGRATIONS.flatMap((migration) => migration.queries);
  const kinds = kindsIn(
    queries.filter((query) => /CREATE TRIGGER/i.test(query)),
    /INTO\s+[`"]?outbox[`"]?[\s\S]*?,\s*'([a-z_]+)'/g,
  );
  expect(kinds.length).toBeGreaterThan(1);
  expect(kinds.filter((kind) => !(kind in effectHandlers))).toEqual([]);
});

test("Rows of the outbox are written by declared effects only.", () => {
  const literal = /\bkind: "\w+",\s*address:/;
  const found = Object.entries(sources)
    .filter(([path, source]) => !path.startsWith("src/platform/mail/") && literal.test(source))
    .map(([path]) => path);
  expect(found).toEqual([]);
  expect('{ kind: "order_notice", address: name }').toMatch(literal);
});

test("A kind that is declared twice is refused.", () => {
  const effect = defineEffect("once", { address: () => "", run: async () => {} });
  expect(() => handlersOf([effect, effect])).toThrow("once");
});

test("An effect that is only attempted logs its failure; the outbox hears of the failure of a row.", async () => {
  const run = vi.fn(async () => {
    throw new Error("not there");
  });
  const effect = defineEffect<{ readonly id: number }>("failing", {
    address: ({ id }) => `thing:${id}`,
    run,
  });
  const { ctx } = jobContext();
  expect(effect.row({ id: 7 })).toEqual({ kind: "failing", address: "thing:7", payload: { id: 7 } });
  await expect(effect.attempt(ctx, { id: 7 })).resolves.toBeUndefined();
  const row = { id: "1", kind: "failing", address: "thing:7", payload: { id: 7 }, attempts: 1 };
  await expect(effect.handle(ctx, row)).rejects.toThrow("not there");
  expect(run).toHaveBeenCalledTimes(2);
  expect(run).toHaveBeenLastCalledWith(ctx, { id: 7 }, "thing:7");
});
