/** Fields of forms and query strings: parsed in one pass, at most `MAX_FIELDS` of them. */

import { refuse } from "../errors.ts";
import { fill, messages } from "../messages.ts";
import { delimiter } from "./delimiter.ts";
import { boundaryOf, describePart, MAX_PART_HEADERS } from "./multipart.ts";

/** Fields of a urlencoded body or a query string, parts of a multipart body. */
export const MAX_FIELDS = 1000;

export type FieldValue = string | File;
export type Fields = Record<string, FieldValue | FieldValue[]>;

/** Parses a query string; a repeated parameter becomes an array. Refuses more than `MAX_FIELDS` with 400. */
export function queryFields(search: string): Record<string, string | string[]> {
  if (search === "") return {};
  return gather(urlencodedPairs(search.replace(/^\?/, "")));
}

/** Parses a urlencoded body. */
export function urlencodedFields(bytes: Uint8Array): Fields {
  return gather(urlencodedPairs(new TextDecoder().decode(bytes)));
}

function urlencodedPairs(words: string): URLSearchParams {
  let fields = 1;
  for (let at = words.indexOf("&"); at >= 0; at = words.indexOf("&", at + 1))
    if (++fields > MAX_FIELDS) throw tooManyFields();
  return new URLSearchParams(words);
}

/** Parses a multipart body (RFC 7578); parts with a file name become `File`s. Lines may end in LF alone. */
export function multipartFields(bytes: Uint8Array, contentType: string): Fields {
  const boundary = boundaryOf(contentType);
  if (!boundary) throw unreadable();
  return gather(partsOf(bytes, boundary));
}

const CR = 13;
const LF = 10;
const DASH = 45;

function* partsOf(bytes: Uint8Array, boundary: string): Generator<[string, FieldValue]> {
  const between = delimiter(`\n--${boundary}`);
  let at = openingEnd(bytes, boundary);
  for (let parts = 0; !(bytes[at] === DASH && bytes[at + 1] === DASH); parts++) {
    if (parts === MAX_FIELDS) throw tooManyFields();
    const { headers, end } = headersAt(bytes, lineEnd(bytes, at));
    const next = between.indexIn(bytes, end - 1);
    if (next < 0) throw unreadable();
    const { name, fileName, type } = describePart(headers);
    if (name === null) throw unreadable();
    const value = bytes.subarray(end, next > end && bytes[next - 1] === CR ? next - 1 : Math.max(next, end));
    yield [name, fileName === null ? new TextDecoder().decode(value) : new File([value], fileName, { type })];
    at = next + between.length;
  }
}

/** The position after the first delimiter, which needs no line before it. */
function openingEnd(bytes: Uint8Array, boundary: string): number {
  const opening = delimiter(`--${boundary}`);
  const at = opening.indexIn(bytes);
  if (at < 0) throw unreadable();
  return at + opening.length;
}

/** The position after the delimiter's line, which holds only white space. */
function lineEnd(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] === 32 || bytes[at] === 9) at++;
  if (bytes[at] === CR) at++;
  if (bytes[at] !== LF) throw unreadable();
  return at + 1;
}

/** A part's headers, and the position after the blank line. */
function headersAt(bytes: Uint8Array, from: number): { headers: string; end: number } {
  for (let at = from; at - from <= MAX_PART_HEADERS; ) {
    const end = bytes.indexOf(LF, at);
    if (end < 0) break;
    if (end === at || (end === at + 1 && bytes[at] === CR))
      return { headers: new TextDecoder().decode(bytes.subarray(from, at)), end: end + 1 };
    at = end + 1;
  }
  throw unreadable();
}

/** Collects pairs into one object, in one pass; repeated names become a list. */
function gather<Value extends FieldValue>(pairs: Iterable<[string, Value]>): Record<string, Value | Value[]> {
  const fields = new Map<string, Value | Value[]>();
  for (const [name, value] of pairs) {
    const known = fields.get(name);
    if (known === undefined) fields.set(name, value);
    else if (Array.isArray(known)) known.push(value);
    else fields.set(name, [known, value]);
  }
  fields.delete("__proto__");
  return Object.fromEntries(fields);
}

const unreadable = () => refuse(400, fill(messages.jsonParse, { problem: "the form could not be read" }));
/** The refusal of more than `MAX_FIELDS`. */
export const tooManyFields = () => refuse(400, fill(messages.tooManyFields, { limit: MAX_FIELDS }));
