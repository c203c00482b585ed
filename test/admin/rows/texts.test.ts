/** What the declared resources show: every label and every code has its words in both languages. */
import { expect, test } from "vitest";
import { codeWords } from "../../../src/console/code-names.ts";
import { catalogue } from "../../../src/modules/admin/catalogue.ts";
import { grantsOf } from "../../../src/modules/admin/rights.ts";
import type { Text } from "../../../src/platform/http/text.ts";
import { filtersOf } from "../../../src/platform/resources/filters.ts";
import type { Resource } from "../../../src/platform/resources/resource.ts";
import { unitOf } from "../../../src/platform/resources/units.ts";

/** Names that are written so in Russian too. */
const NAMES = /\b(API|UUID|Push|SMS|CSV|URL|IP)\b|\bpush\b/g;
const isRussian = (words: string) => !/[a-z]{2,}/i.test(words.replace(NAMES, ""));
const isEnglish = (words: string) => !/[а-яё]/i.test(words);

const actionsOf = ({ actions = {} }: Resource) => Object.values(actions);
/** All that has a label, and perhaps options. */
const described = (resource: Resource) => [
  ...Object.values(resource.fields),
  ...filtersOf(resource),
  ...actionsOf(resource).flatMap(({ asks = {} }) => Object.values(asks)),
];

test("Each label of the console is in English and in Russian.", () => {
  const labels = catalogue.flatMap((resource) => {
    const texts: (Text | undefined)[] = [
      resource.label,
      ...described(resource).map(({ label }) => label),
      ...(resource.tabs ?? []).map(({ label }) => label),
      ...grantsOf(resource).map(({ label }) => label),
      ...actionsOf(resource).flatMap(({ label, confirm, keep }) => [label, confirm, keep]),
    ];
    return texts.filter((each) => each !== undefined).map((each) => ({ at: resource.name, ...each }));
  });
  expect(labels.length).toBeGreaterThan(300);
  expect(labels.filter(({ en, ru }) => !en || !ru || !isEnglish(en) || !isRussian(ru))).toEqual([]);
});

/** Names of what is measured, and labels that would say the unit themselves. */
const MEASURED =
  /(^|_)(bytes|size|took|lead|distance|radius|accuracy|speed|heading|weight|capacity|duration|percent|commission|share)(_|$)|_(seconds|minutes|hours|km|meters|kg)$/;
const IN_LABEL =
  /, (%|t|km?|ms?|min|h|s|kg|m\/s)$|\b(bytes|degrees|seconds|minutes|milliseconds|meters|tonnes)\b/i;

test("Each number that is measured is declared with its unit, and no label says a unit instead.", () => {
  const numbers = catalogue.flatMap((resource) =>
    Object.entries(resource.fields)
      .filter(([, { type }]) => ["integer", "number", "money", "percent"].includes(type))
      .map(([name, field]) => ({ at: `${resource.name}.${name}`, name, field })),
  );
  const wrong = numbers.filter(
    ({ name, field }) =>
      (MEASURED.test(name) && (unitOf(field) === null || field.type === "money")) ||
      IN_LABEL.test(field.label.en),
  );
  expect(wrong.map(({ at }) => at)).toEqual([]);
  expect(numbers.filter(({ field }) => unitOf(field)).length).toBeGreaterThan(10);
});

test("Each code that a field may have is named in Russian, and in English without signs of a program.", () => {
  // Rights of groups have labels of their own.
  const rights = new Set(catalogue.flatMap(grantsOf).map(({ name }) => name));
  const options = catalogue.flatMap(described).flatMap(({ options = [] }) => options);
  const codes = new Set(options.filter((option) => !rights.has(option)));
  expect(codes.size).toBeGreaterThan(80);
  const wrong = [...codes].filter((code) => {
    const english = codeWords(code, "en");
    return !isRussian(codeWords(code, "ru")) || /_|\w\.\w|^[A-Z]{4,}$/.test(english);
  });
  expect(wrong.filter((code) => !PRODUCTS.has(code))).toEqual([]);
});

/** Products by their own names. */
const PRODUCTS = new Set(["fcm", "apns"]);

test("Each kind of audit entry that a resource's actions make is named in Russian.", () => {
  const made = catalogue.flatMap(({ subject, actions = {} }) =>
    ["create", "change", "delete", "export", "revert", "restore", ...Object.keys(actions)]
      .filter((name) => !actions[name])
      .map((name) => `${subject}.${name}`),
  );
  expect(made.filter((action) => !isRussian(codeWords(action, "ru")))).toEqual([]);
});
