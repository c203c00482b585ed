/** How objects are served: validators, ranges, signatures and smaller sizes. */
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { runtimeOf } from "../../src/env.ts";
import { fileUrl } from "../../src/modules/files/index.ts";
import { readRange } from "../../src/platform/storage/range.ts";
import { envWith, send, unique } from "../harness/api.ts";
import { contextAt, HOUR, picture } from "./world.ts";

const SIGNED = { MEDIA_ACCESS: "signed" };
const BYTES = picture(1000).map((byte, index) => (index < 16 ? byte : index % 251));
const SHARED = `shared/cars/1/${unique("car")}`;
const PRIVATE = `private/documents/1/${unique("paper")}`;
const AVATAR = `avatars/1/${unique("face")}.jpg`;

beforeAll(async () => {
  for (const key of [SHARED, PRIVATE, AVATAR])
    await env.BUCKET.put(key, BYTES, { httpMetadata: { contentType: "image/jpeg" } });
});

const ask = (url: string, headers: Record<string, string> = {}, settings: Record<string, string> = {}) =>
  send(new Request(url, { headers }), Object.keys(settings).length ? envWith(settings) : env);
const urlOf = (key: string, now = Date.now(), settings: Record<string, string> = {}) => {
  const ctx = contextAt({ now: () => now });
  return fileUrl({ ...ctx, runtime: { ...ctx.runtime, ...runtimeOf(envWith(settings)) } }, { key });
};

describe("a picture that members share", () => {
  const url = `http://caravan.test/media/${SHARED}`;

  test("A shared picture is served unchanged and may be cached for ever.", async () => {
    expect(await urlOf(SHARED)).toBe(url);
    const answer = await ask(url);
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "content-type": "image/jpeg",
      "cache-control": "public, max-age=31536000, immutable",
      "accept-ranges": "bytes",
      "x-content-type-options": "nosniff",
      "content-security-policy": "default-src 'none'; sandbox",
      "cross-origin-resource-policy": "cross-origin",
    });
    expect(answer.headers.get("etag")).toMatch(/^"[^"]+"$/);
    expect(await answer.bytes()).toEqual(BYTES);
  });

  test("A shared picture is not sent again to a client that has it.", async () => {
    const etag = (await ask(url)).headers.get("etag") ?? "";
    for (const tags of [etag, `"other", ${etag}`, `W/${etag}`, "*"]) {
      const answer = await ask(url, { "if-none-match": tags });
      expect([tags, answer.status]).toEqual([tags, 304]);
      expect(answer.headers.get("etag")).toBe(etag);
      expect((await answer.bytes()).length).toBe(0);
    }
    expect((await ask(url, { "if-none-match": '"other"' })).status).toBe(200);
    expect((await ask(url, { "if-match": '"other"' })).status).toBe(412);
  });

  test.each([
    ["bytes=0-9", 0, 9],
    ["bytes=990-", 990, 999],
    ["bytes=-10", 990, 999],
    ["bytes=990-5000", 990, 999],
    ["bytes=-5000", 0, 999],
  ])("A shared picture is served in parts: %s.", async (range, from, to) => {
    const answer = await ask(url, { range });
    expect(answer.status).toBe(206);
    expect(answer.headers.get("content-range")).toBe(`bytes ${from}-${to}/1000`);
    expect(await answer.bytes()).toEqual(BYTES.slice(from, to + 1));
  });

  test.each(["bytes=1000-", "bytes=5000-6000", "bytes=-0"])(
    "A shared picture has no range %s.",
    async (range) => {
      const answer = await ask(url, { range });
      expect(answer.status).toBe(416);
      expect(answer.headers.get("content-range")).toBe("bytes */1000");
    },
  );

  test.each(["bytes=5-2", "bytes=0-1,4-5", "lines=0-5", "bytes=a-b", "bytes=-"])(
    "A shared picture is served whole for the meaningless range %s.",
    async (range) => {
      const answer = await ask(url, { range });
      expect(answer.status).toBe(200);
      expect(await answer.bytes()).toEqual(BYTES);
    },
  );

  test("A shared picture is served in parts only to a client that holds the same version.", async () => {
    const etag = (await ask(url)).headers.get("etag") ?? "";
    expect((await ask(url, { range: "bytes=0-9", "if-range": etag })).status).toBe(206);
    expect((await ask(url, { range: "bytes=0-9", "if-range": '"other"' })).status).toBe(200);
  });

  test("A shared picture needs a signature if the settings require it; an avatar never does.", async () => {
    expect((await ask(url, {}, SIGNED)).status).toBe(403);
    const signed = await urlOf(SHARED, Date.now(), SIGNED);
    expect(signed).toMatch(/\?expires=\d+&signature=[0-9a-f]{64}$/);
    expect((await ask(signed, {}, SIGNED)).status).toBe(200);
    expect((await ask(`http://caravan.test/media/${AVATAR}`, {}, SIGNED)).status).toBe(200);
  });
});

describe("a private document", () => {
  const bare = `http://caravan.test/media/${PRIVATE}`;

  test("A private document opens by its signed address, and no shared cache keeps it.", async () => {
    const answer = await ask(await urlOf(PRIVATE));
    expect(answer.status).toBe(200);
    expect(answer.headers.get("cache-control")).toMatch(/^private, max-age=\d+$/);
    expect(await answer.bytes()).toEqual(BYTES);
    const part = await ask(await urlOf(PRIVATE), { range: "bytes=0-9" });
    expect(part.status).toBe(206);
  });

  test("A private document has the same address within the hour, valid for an hour at least.", async () => {
    const hour = Math.floor(Date.now() / HOUR) * HOUR;
    const [early, late] = [await urlOf(PRIVATE, hour), await urlOf(PRIVATE, hour + HOUR - 1)];
    expect(early).toBe(late);
    expect(Number(new URL(late).searchParams.get("expires")) * 1000).toBe(hour + 2 * HOUR);
    expect(await urlOf(PRIVATE, hour + HOUR)).not.toBe(early);
  });

  test("A private document does not open without a valid signature, whether it exists or not.", async () => {
    const url = new URL(await urlOf(PRIVATE));
    const [expires, signature] = ["expires", "signature"].map((name) => url.searchParams.get(name));
    const other = await urlOf(`${PRIVATE}x`);
    const expired = await urlOf(PRIVATE, Date.now() - 3 * HOUR);
    for (const address of [
      bare,
      `${bare}?expires=${expires}`,
      `${bare}?signature=${signature}`,
      `${bare}?expires=${Number(expires) + 3600}&signature=${signature}`,
      `${bare}?expires=NaN&signature=${signature}`,
      `${bare}?expires=${expires}&signature=${"0".repeat(64)}`,
      `${bare}${new URL(other).search}`,
      expired,
      `http://caravan.test/media/private/nothing`,
    ]) {
      const answer = await ask(address, { "accept-language": "en" });
      expect([address, answer.status]).toEqual([address, 403]);
      expect(await answer.json()).toEqual({
        detail: "This link is not signed, or no longer valid. Ask for a new one.",
      });
    }
  });

  test("A deleted private document is a 404 for a valid signature.", async () => {
    expect((await ask(await urlOf(`${PRIVATE}gone`))).status).toBe(404);
    expect((await ask("http://caravan.test/media/shared/cars/1/gone", { range: "bytes=0-1" })).status).toBe(
      404,
    );
  });
});

describe("a smaller picture", () => {
  const url = `http://caravan.test/media/${SHARED}?w=300`;

  /** An Images binding that records what it is asked for. */
  function fakeImages(fails = false) {
    const asked: object[] = [];
    const images = {
      input: (stream: ReadableStream) => ({
        transform: (wish: object) => ({
          async output(format: object) {
            await new Response(stream).arrayBuffer();
            asked.push({ ...wish, ...format });
            if (fails) throw new Error("no transformation today");
            return { response: () => new Response("small") };
          },
        }),
      }),
    };
    return { asked, environment: { ...env, IMAGES: images as unknown as ImagesBinding } };
  }
  const from = (environment: typeof env, address: string, headers: Record<string, string> = {}) =>
    send(new Request(address, { headers }), environment);

  afterEach(() => void vi.restoreAllMocks());

  test("A smaller picture has the next known width, its original format, and a tag of its own.", async () => {
    const { asked, environment } = fakeImages();
    const answer = await from(environment, url);
    expect(asked).toEqual([{ width: 320, fit: "scale-down", format: "image/jpeg" }]);
    expect(answer.headers.get("content-type")).toBe("image/jpeg");
    expect(answer.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(answer.headers.get("etag")).toMatch(/-w320"$/);
    expect(await answer.text()).toBe("small");
    const etag = answer.headers.get("etag") ?? "";
    expect((await from(environment, url, { "if-none-match": etag })).status).toBe(304);
    expect(asked).toHaveLength(1);
  });

  test.each(["0", "-5", "wide", "1921", "99999999999", ""])(
    "A smaller picture of the width %j is the original.",
    async (w) => {
      const { asked, environment } = fakeImages();
      const answer = await from(environment, `http://caravan.test/media/${SHARED}?w=${w}`);
      expect(await answer.bytes()).toEqual(BYTES);
      expect(asked).toEqual([]);
    },
  );

  test("A smaller picture is the original if no image service is bound.", async () => {
    const answer = await from({ ...env, IMAGES: undefined as unknown as ImagesBinding }, url);
    expect(answer.status).toBe(200);
    expect(await answer.bytes()).toEqual(BYTES);
  });

  test("A smaller picture that can't be made is the original, cached for a short time.", async () => {
    vi.spyOn(console, "warn").mockImplementation(() => {});
    const answer = await from(fakeImages(true).environment, url);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("cache-control")).toBe("private, max-age=60");
    expect(await answer.bytes()).toEqual(BYTES);
  });

  test("A smaller picture of a private document needs the signature too.", async () => {
    const { asked, environment } = fakeImages();
    expect((await from(environment, `http://caravan.test/media/${PRIVATE}?w=300`)).status).toBe(403);
    expect(asked).toEqual([]);
    expect((await from(environment, await fileUrl(contextAt(), { key: PRIVATE }, 300))).status).toBe(200);
    expect(asked).toHaveLength(1);
  });

  test("A smaller picture of an animation is the animation, and of a missing picture a 404.", async () => {
    const { asked, environment } = fakeImages();
    const key = `shared/cars/1/${unique("gif")}`;
    await env.BUCKET.put(key, picture(64, "image/gif"), { httpMetadata: { contentType: "image/gif" } });
    const answer = await from(environment, `http://caravan.test/media/${key}?w=300`);
    expect(await answer.bytes()).toEqual(picture(64, "image/gif"));
    expect((await from(environment, `http://caravan.test/media/${key}x?w=300`)).status).toBe(404);
    expect(asked).toEqual([]);
  });
});

test.each([
  [null, 10, null],
  ["bytes=0-0", 1, { offset: 0, length: 1 }],
  ["bytes=0-0", 0, "unsatisfiable"],
  ["bytes=-1", 0, "unsatisfiable"],
  ["BYTES=2-3", 10, { offset: 2, length: 2 }],
])("The range %s of %d bytes is read as expected.", (header, size, slice) => {
  expect(readRange(header, size)).toEqual(slice);
});
