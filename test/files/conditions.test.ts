/** Meaningless conditions and keys are ignored or a 404, never a 500. */
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { get, unique } from "../harness/api.ts";

test.each([
  ["if-none-match", '"abc'],
  ["if-none-match", "%%%"],
  ["if-match", "not a tag"],
  ["if-modified-since", "yesterday"],
])("The malformed header %s: %s is ignored.", async (name, value) => {
  const key = `avatars/1/${unique()}.png`;
  await env.BUCKET.put(key, "bytes", { httpMetadata: { contentType: "image/png" } });
  const answer = await get(`/media/${key}`, { headers: { [name]: value } });
  expect(answer.status).toBe(200);
});

test.each(["a".repeat(1500), "%00", "a%20b", "%F0%9F%98%80"])("The path /media/%s is a 404.", async (key) => {
  expect((await get(`/media/${key}`)).status).toBe(404);
});
