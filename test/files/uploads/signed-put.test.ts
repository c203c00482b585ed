/** The signed PUT that is offered beside the form: when, to which address, and what its signature covers. */
import { describe, expect, test } from "vitest";
import { runtimeOf } from "../../../src/env.ts";
import type { RequestContext } from "../../../src/platform/runtime.ts";
import { envWith } from "../../harness/api.ts";
import { contextAt, keyOf, LIMIT, start, uploader } from "../world.ts";

const STORE = {
  R2_S3_ENDPOINT: "https://account.r2.cloudflarestorage.com/",
  R2_S3_BUCKET: "pictures",
  R2_ACCESS_KEY_ID: "an-id",
  R2_SECRET_ACCESS_KEY: "a-secret-that-nobody-sees",
};

function scopeWith(settings: Record<string, string>): RequestContext {
  const ctx = contextAt();
  return { ...ctx, runtime: { ...ctx.runtime, settings: runtimeOf(envWith(settings)).settings } };
}

describe("a signed PUT", () => {
  test("A signed PUT is offered for an upload of a known size, at the store named by the settings.", async () => {
    const ann = await uploader();
    const upload = await start(ann, { size: 1234, fileType: "image/png" }, scopeWith(STORE));
    expect(upload.put).toMatchObject({
      method: "PUT",
      headers: { "content-type": "image/png", "if-none-match": "*" },
    });
    const url = new URL(upload.put?.url ?? "");
    expect(url.origin).toBe("https://account.r2.cloudflarestorage.com");
    expect(url.pathname).toBe(`/pictures/incoming/${keyOf(upload)}`);
    expect(url.searchParams.get("X-Amz-SignedHeaders")).toBe(
      "content-length;content-type;host;if-none-match",
    );
    expect(url.searchParams.get("X-Amz-Expires")).toBe("900");
    expect(url.searchParams.get("X-Amz-Credential")).toMatch(/^an-id\/\d{8}\/auto\/s3\/aws4_request$/);
    expect(JSON.stringify(upload)).not.toContain(STORE.R2_SECRET_ACCESS_KEY);
  });

  test("A signed PUT has another signature for another size, type or key.", async () => {
    const ann = await uploader();
    const ctx = scopeWith(STORE);
    const signatures = await Promise.all(
      [{ size: 5 }, { size: 6 }, { size: 5, fileType: "image/png" }, { size: 5 }].map(async (changes) => {
        const { put } = await start(ann, changes, ctx);
        return new URL(put?.url ?? "").searchParams.get("X-Amz-Signature");
      }),
    );
    expect(new Set(signatures).size).toBe(4);
  });

  test("A signed PUT is valid from the moment of its start.", async () => {
    const at = Date.UTC(2031, 0, 2, 3, 4, 5, 678);
    const ann = await uploader();
    const upload = await start(ann, { size: 5 }, { ...scopeWith(STORE), now: () => at });
    expect(new URL(upload.put?.url ?? "").searchParams.get("X-Amz-Date")).toBe("20310102T030405Z");
  });

  test("A signed PUT goes to the server itself if the store is a path.", async () => {
    const ann = await uploader();
    const upload = await start(ann, { size: LIMIT }, scopeWith({ ...STORE, R2_S3_ENDPOINT: "/local/s3" }));
    expect(upload.put?.url).toMatch(/^http:\/\/caravan\.test\/local\/s3\/pictures\/incoming\/shared\/cars\//);
  });

  test("A signed PUT is not offered without a size or without a store.", async () => {
    const ann = await uploader();
    expect((await start(ann, {}, scopeWith(STORE))).put).toBeNull();
    const none = Object.fromEntries(Object.keys(STORE).map((name) => [name, ""]));
    expect((await start(ann, { size: 5 }, scopeWith(none))).put).toBeNull();
  });

  test.each(Object.keys(STORE))(
    "The setting %s is required when another setting of the store is set.",
    (name) => {
      const { [name as keyof typeof STORE]: _, ...rest } = STORE;
      expect(() => runtimeOf(envWith({ ...rest, [name]: "" }))).toThrow(name);
    },
  );
});
