/** Reading from the source which refusals a piece of it may end in: on small planted sources. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { refusalReader } from "../../../scripts/setup/refusals/reader.mjs";

const root = new URL("../../..", import.meta.url).pathname;

/** The refusals of `handle` in a source, beside the application's own. */
function refusalsOf(source: string, more: Record<string, string> = {}) {
  const planted: Record<string, string> = {
    "src/planted/handle.ts": `import { invalid, notFound, refuse, throttled } from "../platform/http/errors.ts";
import { text } from "../platform/http/text.ts";
${source}`,
    ...more,
  };
  const { of } = refusalReader(
    root,
    (path: string) => planted[path] ?? readFileSync(`${root}/${path}`, "utf8"),
  );
  return of("src/planted/handle.ts", "handle");
}

test("A refusal is found with its status and its words.", () => {
  expect(
    refusalsOf(`export const handle = () => { throw refuse(409, text("Taken.", "Занято.")); };`),
  ).toEqual([{ status: 409, body: { detail: { en: "Taken.", ru: "Занято." } } }]);
});

test("A refusal is found behind functions and other modules.", () => {
  const found = refusalsOf(
    `import { take } from "./take.ts"; const later = () => take(); export const handle = () => later();`,
    {
      "src/planted/take.ts": `import { forbidden, notFound } from "../platform/http/errors.ts";
        export function take() { throw notFound(); }
        export function other() { throw forbidden(); }`,
    },
  );
  expect(found.map(({ status }) => status)).toEqual([404]);
});

test("Both statuses of a choice are found.", () => {
  const found = refusalsOf(
    `export const handle = (a) => { throw refuse(a ? 403 : 404, text("No.", "Нет.")); };`,
  );
  expect(found.map(({ status }) => status).sort()).toEqual([403, 404]);
});

test("The fields of a refused input are found.", () => {
  expect(
    refusalsOf(`export const handle = () => { throw invalid({ name: text("Bad.", "Плохо.") }); };`),
  ).toEqual([{ status: 400, body: { fields: { name: { en: "Bad.", ru: "Плохо." } } } }]);
});

test("A refusal of the rate is found with Retry-After.", () => {
  expect(refusalsOf("export const handle = () => { throw throttled(5); };")).toEqual([
    expect.objectContaining({ status: 429, retry: true }),
  ]);
});

test("The words that a function is given are found at the refusal inside it.", () => {
  const [found] = refusalsOf(
    `function deny(words) { throw refuse(403, words); } export const handle = () => deny(text("Not you.", "Не вы."));`,
  ).filter(({ body }) => body !== null);
  expect(found).toEqual({ status: 403, body: { detail: { en: "Not you.", ru: "Не вы." } } });
});

test("A piece of the source without refusals has none.", () => {
  expect(refusalsOf("export const handle = () => 1;")).toEqual([]);
});
