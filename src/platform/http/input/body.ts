/** Reads a request's body (JSON, urlencoded or multipart) as a plain value. */
import { loneSurrogateIn } from "../../characters.ts";
import { longListIn, shapeFault } from "../../json.ts";
import { type FieldErrors, Refusal, refuse } from "../errors.ts";
import { fill, messages } from "../messages.ts";
import type { Text } from "../text.ts";
import { multipartFields, urlencodedFields } from "./form.ts";

/** Byte limit of JSON and urlencoded bodies. Routes that take multipart set their own. */
export const JSON_LIMIT = 1024 * 1024;

/**
 * The body as a JSON value, or as an object of form fields (repeated fields as arrays, files as `File`).
 * An empty body is `{}`. Refuses with 400, 413 or 415.
 */
export async function readBody(request: Request, multipartLimit = JSON_LIMIT): Promise<unknown> {
  const type = mediaType(request);
  const limit = type === "multipart/form-data" ? multipartLimit : JSON_LIMIT;
  const bytes = await readBytes(request, limit);
  if (bytes.byteLength === 0) return {};
  switch (type) {
    case "application/json":
    case "":
      return readJson(bytes);
    case "application/x-www-form-urlencoded":
      return urlencodedFields(bytes);
    case "multipart/form-data":
      return multipartFields(bytes, request.headers.get("content-type") ?? "");
    default:
      throw refuse(415, fill(messages.mediaType, { type }));
  }
}

/** The body as text, for what is checked by its bytes before it is parsed. Refuses with 413. */
export async function readText(request: Request, limit = JSON_LIMIT): Promise<string> {
  return new TextDecoder().decode(await readBytes(request, limit));
}

function mediaType(request: Request): string {
  return (request.headers.get("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
}

function readJson(bytes: Uint8Array): unknown {
  const fault = shapeFault(bytes);
  if (fault) throw notJson(fault);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes));
  } catch (problem) {
    throw notJson(problem instanceof Error ? problem.message : "");
  }
  const listFault = longListIn(value);
  if (listFault) throw notJson(listFault);
  refuseLoneSurrogates(value);
  return value;
}

/** Lone surrogates come from JSON escapes only. Refuses with a 400 that names the field. */
function refuseLoneSurrogates(value: unknown): void {
  const found = loneSurrogateIn(value);
  if (!found) return;
  const path = found.path.length > 0 ? found.path : ["non_field_errors"];
  const fault: FieldErrors | Text[] = [fill(messages.surrogate, { codePoint: found.codePoint })];
  const fields = path.reduceRight<FieldErrors | Text[]>((inner, name) => ({ [name]: inner }), fault);
  throw new Refusal(400, { fields: fields as FieldErrors });
}

const notJson = (problem: string) => refuse(400, fill(messages.jsonParse, { problem }));

/**
 * Reads at most `limit` bytes. A body of a known length, which HTTP lets be no longer, is read in one call: reading it by
 * chunks costs a fifth of a millisecond.
 */
async function readBytes(request: Request, limit: number): Promise<Uint8Array> {
  const tooLarge = () => new Refusal(413, { detail: fill(messages.tooLarge, { limit }) });
  const length = request.headers.get("content-length");
  if (Number(length ?? 0) > limit) throw tooLarge();
  if (!request.body) return new Uint8Array();
  if (length !== null) {
    const whole = new Uint8Array(await request.arrayBuffer());
    if (whole.byteLength > limit) throw tooLarge();
    return whole;
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.byteLength;
    if (size > limit) throw tooLarge();
    chunks.push(chunk);
  }
  if (chunks.length === 1 && chunks[0]) return chunks[0];
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}
