/** Presigned PUT to the bucket's S3 API: the upload bypasses the Worker. */
import { AwsClient } from "aws4fetch";
import type { RequestContext } from "../runtime.ts";

export interface SignedPut {
  readonly method: "PUT";
  readonly url: string;
  /** To be sent unchanged; the browser adds `Content-Length`. */
  readonly headers: Record<string, string>;
}

/** Seconds. Shorter than the life of the pending row. */
const PUT_LIFETIME = 900;

/**
 * Key, type, exact length and "only when there is nothing yet" are all under the signature, so nobody can send another
 * size or type, or replace a checked file. Null without an object store in the settings.
 * Source: https://developers.cloudflare.com/r2/api/s3/presigned-urls/
 */
export async function presignPut(
  ctx: RequestContext,
  object: { readonly key: string; readonly contentType: string; readonly size: number },
): Promise<SignedPut | null> {
  const store = ctx.runtime.settings.objectStore;
  if (!store) return null;
  const { accessKeyId, secretAccessKey } = store;
  const client = new AwsClient({ accessKeyId, secretAccessKey, service: "s3", region: "auto" });
  const url = new URL(`${store.endpoint}/${store.bucket}/${object.key}`, ctx.requestOrigin);
  url.searchParams.set("X-Amz-Expires", String(PUT_LIFETIME));
  const headers = { "content-type": object.contentType, "if-none-match": "*" };
  const signed = await client.sign(url.href, {
    method: "PUT",
    headers: { ...headers, "content-length": String(object.size) },
    aws: { signQuery: true, allHeaders: true, datetime: stamp(ctx.now()) },
  });
  return { method: "PUT", url: signed.url, headers };
}

/** `20261121T093000Z`. */
function stamp(at: number): string {
  return new Date(at).toISOString().replace(/[-:]|\.\d+/g, "");
}
