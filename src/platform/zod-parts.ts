/**
 * The parts of zod that this application uses. They are named one by one: a namespace that is exported whole keeps all of
 * zod in the bundle, with fifty languages and the readers and writers of JSON Schema. What makes a schema makes it at its
 * first use.
 */
import * as zod from "zod";
import { lazily } from "./zod-lazy.ts";

export type { core, input, output } from "zod";
export { check, globalRegistry, NEVER, ZodObject, ZodType } from "zod";
export { built } from "./zod-lazy.ts";

export const array = lazily(zod.array);
export const boolean = lazily(zod.boolean);
export const coerce = { number: lazily(zod.coerce.number) };
export const custom = lazily(zod.custom);
export const guid = lazily(zod.guid);
export const int = lazily(zod.int);
export const iso = { date: lazily(zod.iso.date), datetime: lazily(zod.iso.datetime) };
export const literal = lazily(zod.literal);
export const looseObject = lazily(zod.looseObject);
export const number = lazily(zod.number);
export const object = lazily(zod.object);
export const preprocess = lazily(zod.preprocess);
export const record = lazily(zod.record);
export const string = lazily(zod.string);
export const tuple = lazily(zod.tuple);
export const union = lazily(zod.union);
export const unknown = lazily(zod.unknown);
export const url = lazily(zod.url);
export const uuid = lazily(zod.uuid);
const anyOf = lazily(zod.enum);
const nothing = lazily(zod.null);

export { anyOf as enum, nothing as null };
