/** Zod with `.openapi(…)`, which says what the API documents tell of a schema beside its type. */
import type { core } from "zod";
import * as z from "./zod-parts.ts";

export { z };

/** Properties of an OpenAPI schema object, such as `description` and `example`. */
type Description = Readonly<Record<string, unknown>>;

declare module "zod" {
  interface ZodType<
    out Output = unknown,
    out Input = unknown,
    out Internals extends core.$ZodTypeInternals<Output, Input> = core.$ZodTypeInternals<Output, Input>,
  > {
    /** A copy of this schema with a description for the documents. */
    openapi(description: Description): this;
    /** A copy of this schema that is a component of the documents, referred to by its name. */
    openapi(name: string, description?: Description): this;
  }
}

/** What zod's registry keeps of a described schema, as the generator of the OpenAPI document reads it. */
interface Described extends Record<string, unknown> {
  readonly _internal?: {
    readonly refId?: string | undefined;
    /** The component that an object extends: the document says `allOf` it and the new properties. */
    readonly extendedFrom?: { readonly refId: string; readonly schema: z.ZodType } | undefined;
  };
}

/** Zod gives every schema what is on this prototype. The generator itself is no part of the Worker. */
z.ZodType.prototype.openapi = function <Schema extends z.ZodType>(
  this: Schema,
  first: string | Description,
  second: Description = {},
): Schema {
  const [named, description] = typeof first === "string" ? [{ refId: first }, second] : [{}, first];
  const known: Described = z.globalRegistry.get(this) ?? {};
  const described = this.clone();
  const { _internal, ...metadata } = {
    ...known,
    ...description,
    _internal: { ...known._internal, ...named },
  };
  z.globalRegistry.add(described, { ...metadata, _internal });
  if (described instanceof z.ZodObject) rememberBase(described, metadata, _internal);
  return described;
};

/** Makes `extend` of a described object say in the documents what was extended. */
function rememberBase(
  base: z.ZodObject,
  metadata: Description,
  { refId, extendedFrom }: NonNullable<Described["_internal"]>,
): void {
  const from = refId === undefined ? extendedFrom : { refId, schema: base };
  const extend = base.extend;
  base.extend = ((shape: Parameters<typeof extend>[0]) => {
    const extended = extend.call(base, shape);
    z.globalRegistry.add(extended, { _internal: { extendedFrom: from } });
    return extended.openapi(metadata);
  }) as typeof extend;
}
