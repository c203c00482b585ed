/**
 * The worst inputs of the allowed size: none may cost more than it is worth before it is taken or refused. What was
 * refused cost no statement and no call, which is counted; that reading stays linear is timed, with a limit that only
 * a cost that grows with the square would pass.
 */

import { describe, expect, test } from "vitest";
import { routes } from "../../../src/app.ts";
import { delimiter } from "../../../src/platform/http/input/delimiter.ts";
import { MAX_FIELDS } from "../../../src/platform/http/input/form.ts";
import { MAX_OBJECTS, MAX_VALUES } from "../../../src/platform/json.ts";
import { normalized } from "../../../src/platform/unicode.ts";
import type { z } from "../../../src/platform/zod.ts";
import { type Answer, call, person, post, send } from "../../harness/api.ts";
import { counted } from "../../harness/counting/counted.ts";

const MIB = 1024 * 1024;
/** Milliseconds, the best of three: what is linear takes a few, what is not takes minutes. */
const LIMIT = 400;

/** How long `work` takes at its best; `work` has no side effects. */
async function quickest(work: () => unknown): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 3 && best > LIMIT; run++) {
    const begun = Date.now();
    await work();
    best = Math.min(best, Date.now() - begun);
  }
  return best;
}

const repeat = (unit: string, bytes: number) => unit.repeat(Math.floor(bytes / unit.length));
const list = (unit: string, bytes: number) => `[${repeat(`${unit},`, bytes - unit.length - 3)}${unit}]`;
const names = (count: number) => Array.from({ length: count }, (_, at) => `k${at.toString(36)}`);

const FORM = "application/x-www-form-urlencoded";
const MULTIPART = "multipart/form-data; boundary=x";
const JSON_TYPE = "application/json";
const part = (headers: string, value = "") => `--x\r\n${headers}\r\n\r\n${value}\r\n`;
const field = (name: string) => part(`Content-Disposition: form-data; name="${name}"`);
const DISPOSITION = 'Content-Disposition: form-data; name="a"';

/** Refused before anything is made of them: name → [media type, body]. */
const REFUSED: Record<string, [string, string]> = {
  "150,000 names in a form": [FORM, names(150_000).join("=&")],
  "one name 300,000 times": [FORM, repeat("a&", 600_000)],
  "only separators": [FORM, repeat("&", MIB)],
  "one field too many": [FORM, names(MAX_FIELDS + 1).join("=&")],
  "40,000 parts": [MULTIPART, `${repeat(field("a"), MIB - 20)}--x--\r\n`],
  "one part too many": [MULTIPART, `${field("a").repeat(MAX_FIELDS + 1)}--x--\r\n`],
  "a part with 20,000 equal headers": [MULTIPART, part(repeat(`${DISPOSITION}\r\n`, MIB - 100))],
  "a part with one endless header": [MULTIPART, part(`${DISPOSITION}${repeat("; a=b", MIB - 100)}`)],
  "a part whose name never ends": [
    MULTIPART,
    part(`Content-Disposition: form-data; name="${repeat("\\", 8000)}`),
  ],
  "a part that never ends": [MULTIPART, `--x\r\n${DISPOSITION}\r\n\r\n${repeat("\n--", MIB - 100)}`],
  "line ends only": [MULTIPART, `--x\r\n${DISPOSITION}\r\n\r\n${repeat("\r\n", MIB - 100)}`],
  "no delimiter at all": [MULTIPART, repeat("-", MIB)],
  "a boundary that is no boundary": [`multipart/form-data; boundary=${"a".repeat(5000)}`, repeat("a", MIB)],
  "350,000 empty lists": [JSON_TYPE, list("[]", MIB)],
  "350,000 empty objects": [JSON_TYPE, list("{}", MIB)],
  "500,000 numbers": [JSON_TYPE, list("1", MIB)],
  "120,000 keys": [
    JSON_TYPE,
    `{${names(100_000)
      .map((name) => `"${name}":1`)
      .join(",")}}`,
  ],
  "100,000 objects of different shapes": [
    JSON_TYPE,
    `[${names(80_000)
      .map((name) => `{"${name}":1}`)
      .join(",")}]`,
  ],
  "lists in lists": [JSON_TYPE, repeat("[", MIB)],
  "objects in objects": [JSON_TYPE, repeat('{"a":', MIB)],
  "lists that end": [JSON_TYPE, "[".repeat(500_000) + "]".repeat(500_000)],
  "a string that never ends": [JSON_TYPE, `"${repeat("\\", MIB - 10)}`],
  "one value too many": [JSON_TYPE, `[${"1,".repeat(MAX_VALUES)}1]`],
  "one object too many": [JSON_TYPE, `[${"{},".repeat(MAX_OBJECTS)}{}]`],
};

describe.each(Object.entries(REFUSED))("%s", (_, [type, body]) => {
  test("This body is refused with 400, with no statement and no object call.", async () => {
    const meter = counted();
    const statuses = new Set<number>();
    const time = await quickest(async () => {
      const headers = { "content-type": type };
      const request = new Request("http://caravan.test/api/v1/auth/login/", {
        method: "POST",
        headers,
        body,
      });
      const answer = await send(request, meter.env);
      statuses.add(answer.status);
      await answer.body?.cancel();
    });
    expect([...statuses]).toEqual([400]);
    const { statements, objectCalls } = meter.read();
    expect({ statements, objectCalls }).toEqual({ statements: [], objectCalls: [] });
    expect(time).toBeLessThan(LIMIT);
  });
});

describe("as many fields as may be", () => {
  test.each([
    ["a form", FORM, names(MAX_FIELDS).join("=&")],
    ["a multipart form", MULTIPART, `${names(MAX_FIELDS).map(field).join("")}--x--\r\n`],
  ])("The largest number of fields is read from %s.", async (_, type, body) => {
    const answer = await post("/api/auth/login/", body, { headers: { "content-type": type } });
    expect(answer.status).toBe(400);
    expect(answer.body).toHaveProperty("password");
  });

  test("The largest number of fields is read from a query string, and one more is a 400 on every route.", async () => {
    const { token } = await person();
    const query = names(MAX_FIELDS).join("=&");
    expect((await call("GET", `/api/events/?${query}`, { token })).status).not.toBe(400);
    for (const path of ["/api/events/", "/api/v1/users/", "/health/", "/swagger.json", "/ws/events/1/"]) {
      const answer = await call("GET", `${path}?${query}&more=`, { token });
      expect([path, answer.status]).toEqual([path, 400]);
    }
  });
});

test("The longest list of invalid objects is answered in time.", async () => {
  const { token } = await person();
  const body = JSON.stringify(Array(MAX_OBJECTS).fill({}));
  let answer: Answer | undefined;
  const time = await quickest(async () => {
    answer = await post("/api/batch_events/", body, { token });
  });
  expect(answer?.status).toBe(400);
  expect(time).toBeLessThan(LIMIT);
});

/** Texts at which a pattern, a parser or a normalization may go astray. */
const HOSTILE: Record<string, string> = {
  zeros: `${"0".repeat(200_000)}x`,
  digits: `1.${"1".repeat(200_000)}x`,
  "white space": `1${" ".repeat(200_000)}x`,
  "line ends": `1${"\n".repeat(200_000)}x`,
  dots: `a@${".".repeat(200_000)} `,
  "an address": `${"a.".repeat(100_000)}@${"b-".repeat(100_000)}`,
  "a date": `2030-01-01T10:00${" ".repeat(200_000)}x`,
  commas: ",".repeat(200_000),
  "combining marks": `a${"\u0315\u0300".repeat(100_000)}`,
  "lone surrogates": "\ud800".repeat(200_000),
  brackets: "<".repeat(200_000),
  quotes: `"${'\\"'.repeat(100_000)}`,
  percents: "%".repeat(200_000),
};

/** A value of a schema's shape whose every text is `text`. */
function filled(schema: z.ZodType, text: string): unknown {
  // biome-ignore lint/suspicious/noExplicitAny: Zod types no walk over its own definitions.
  const def = (schema as any).def;
  switch (def.type) {
    case "object":
      return Object.fromEntries(
        Object.entries(def.shape).map(([name, inner]) => [name, filled(inner as z.ZodType, text)]),
      );
    case "array":
      return [filled(def.element, text)];
    case "pipe":
      return filled(def.in.def.type === "transform" ? def.out : def.in, text);
    case "union":
      return filled(def.options.at(-1), text);
    default:
      return def.innerType ? filled(def.innerType, text) : text;
  }
}

describe.each(Object.entries(HOSTILE))("a text of 200,000 %s", (_, text) => {
  test("No pattern of any route takes long on this text.", async () => {
    for (const { method, path, body, query } of routes) {
      for (const schema of [body, query]) {
        if (!schema) continue;
        const value = filled(schema, text);
        const time = await quickest(() => schema.safeParse(value));
        expect(time, `${method} ${path}`).toBeLessThan(LIMIT);
      }
    }
  });

  test.each([
    ["/api/v1/auth/login/", { phone: text, password: text }],
    ["/api/v1/auth/token/login/", { email: text, password: text }],
    ["/api/auth/signin/", { username: text, password: text }],
    ["/api/auth/signup/", { username: text, email: text, password: text }],
    ["/api/auth/login/", { username: text, password: text }],
    ["/api/v1/auth/password/reset/", { phone: text, email: text }],
  ])("The path %s refuses this text in time.", async (path, body) => {
    const sent = JSON.stringify(body);
    let status = 0;
    const time = await quickest(async () => {
      status = (await post(path, sent)).status;
    });
    expect([400, 401, 404, 413]).toContain(status);
    expect(time).toBeLessThan(LIMIT);
  });

  test.each([
    "authorization",
    "cookie",
    "accept-language",
    "accept",
    "range",
    "if-none-match",
    "if-match",
    "origin",
  ])("The header %s with this text is read in time.", async (header) => {
    const value = text.replace(/[^\x20-\x7e]/g, "a").slice(0, 16_000);
    let status = 0;
    const time = await quickest(async () => {
      const answer = await call("GET", "/api/v1/auth/profile/", { headers: { [header]: value } });
      status = answer.status;
    });
    expect(status).toBe(401);
    expect(time).toBeLessThan(LIMIT);
  });
});

test("A multipart delimiter is found in time among near matches, at the right place.", async () => {
  const mark = `\n--${"a".repeat(69)}b`;
  const search = delimiter(mark);
  const nearly = new TextEncoder().encode(repeat(`\n--${"a".repeat(69)}`, 4 * MIB));
  expect(await quickest(() => search.indexIn(nearly))).toBeLessThan(LIMIT);
  const bytes = new TextEncoder().encode(`${"x".repeat(100)}\n--${mark}${mark}`);
  expect(search.indexIn(bytes)).toBe(103);
  expect(search.indexIn(bytes, 104)).toBe(103 + mark.length);
  expect(search.indexIn(bytes, 104 + mark.length)).toBe(-1);
  expect(delimiter("aab").indexIn(new TextEncoder().encode("aaab"))).toBe(1);
});

test("Combining marks are sorted up to what languages use, and longer runs are left alone.", () => {
  expect(normalized("e\u0301", "NFC")).toBe("é");
  const endless = `a${"\u0315\u0300".repeat(20)}`;
  expect(normalized(endless, "NFC")).toBe(endless);
});
