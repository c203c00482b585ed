/// <reference types="vite/types/importMeta.d.ts" />
/** Titles of tests are whole sentences that can be read alone. */
import { expect, test } from "vitest";
import { titleFault, titlesOf } from "./harness/architecture/titles.ts";

const tests = import.meta.glob<string>("./**/*.test.ts", { query: "?raw", import: "default", eager: true });

test("Every title of a test begins with a capital letter and ends with a full stop.", () => {
  const titles = Object.entries(tests).flatMap(([path, source]) =>
    titlesOf(source).map((title) => [path, titleFault(title)]),
  );
  expect(titles.length).toBeGreaterThan(2500);
  expect(titles.filter(([, fault]) => fault !== null)).toEqual([]);
});

test("A planted title is found in every form of a test.", () => {
  const sources = [
    't("is refused", () => {});',
    't("is refused", { retry: 0 }, () => {});',
    't.each(["(", \')\', `"`])("is refused", () => {});',
    't.each<[string, (a: number) => void]>([["x", () => {}]])(\n  "is refused",\n  () => {},\n);',
    't.each(\n  rows.map((row) => [row] as const), // one "row" (each\n)("is refused", () => {});',
  ];
  for (const source of sources) expect(titlesOf(source.replace("t", "test"))).toEqual(["is refused"]);
});

test("A title that is no sentence is reported, and a sentence is not.", () => {
  for (const title of ["is refused", "is refused.", "A truck is refused", "%s", "%s is refused."])
    expect(titleFault(title)).not.toBeNull();
  for (const title of ["A truck is refused.", "The path %s is refused.", "PUT is refused."])
    expect(titleFault(title)).toBeNull();
});
