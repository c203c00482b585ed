/**
 * The parts of zod that this application uses. They are named one by one: a namespace that is exported whole keeps all of
 * zod in the bundle, with fifty languages and the readers and writers of JSON Schema.
 */

export type { core, input, output } from "zod";
export {
  array,
  boolean,
  check,
  coerce,
  custom,
  enum,
  globalRegistry,
  guid,
  int,
  iso,
  literal,
  looseObject,
  NEVER,
  null,
  number,
  object,
  preprocess,
  record,
  string,
  tuple,
  union,
  unknown,
  url,
  uuid,
  ZodObject,
  ZodType,
} from "zod";
