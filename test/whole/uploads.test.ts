/** Uploads over real HTTP against a real server and its object store: by form and by signed PUT, read, replaced and deleted. */
import { AwsClient } from "aws4fetch";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { greyPng } from "../harness/pictures/real-pictures.ts";
import {
  ask,
  finish,
  imageOf,
  jpeg,
  newPost,
  rider,
  sendForm,
  sendPut,
  started,
  tick,
  useOrigin,
} from "./riders.ts";
import { Server } from "./server.ts";

const LIMIT = 10_485_760;
const PAGE = "<html><script>alert(1)</script></html>";

let server: Server;
beforeAll(async () => {
  server = await Server.start();
  useOrigin(server.origin);
});
afterAll(() => server?.remove());

/** The same PUT of 500 bytes, signed at another time. */
async function signedAt(at: number, put: { url: string; headers: Record<string, string> }) {
  const url = new URL(put.url);
  url.search = "?X-Amz-Expires=900";
  const datetime = new Date(at).toISOString().replace(/[-:]|\.\d+/g, "");
  const client = new AwsClient({
    accessKeyId: "local",
    secretAccessKey: "local",
    service: "s3",
    region: "auto",
  });
  const headers = { ...put.headers, "content-length": "500" };
  const aws = { signQuery: true, allHeaders: true, datetime };
  return { ...put, url: (await client.sign(url.href, { method: "PUT", headers, aws })).url };
}

describe("a signed PUT", () => {
  test("A signed PUT stores a picture without the Worker; it is shown once it is finished, in parts and with its ETag.", async () => {
    const cookie = await rider();
    const post = await newPost(cookie);
    const bytes = jpeg(5000);
    const upload = await started(cookie, post, bytes);
    expect(upload.put.url).toContain(`${server.origin}/cdn-cgi/local/r2/s3/caravan/incoming/shared/cars/`);
    expect(await sendPut(upload.put, bytes)).toBe(200);
    expect(await imageOf(cookie, post)).toEqual({ message: "The car post no image!" });
    expect(await finish(cookie, upload.id)).toMatchObject({ status: 200, body: { id: upload.id } });
    const { url } = await imageOf(cookie, post);
    const whole = await ask(url);
    expect(whole.status).toBe(200);
    expect(whole.headers.get("content-type")).toBe("image/jpeg");
    expect(whole.bytes).toEqual(bytes);
    const part = await ask(url, { headers: { range: "bytes=100-199" } });
    expect([part.status, part.headers.get("content-range")]).toEqual([206, "bytes 100-199/5000"]);
    expect(part.bytes).toEqual(bytes.slice(100, 200));
    const again = await ask(url, { headers: { "if-none-match": whole.headers.get("etag") ?? "" } });
    expect([again.status, again.bytes.length]).toEqual([304, 0]);
  });

  test("A signed PUT is refused by the store with another size, type, condition, key or time.", async () => {
    const cookie = await rider();
    const bytes = jpeg(500);
    const upload = await started(cookie, await newPost(cookie), bytes);
    const { put } = upload;
    const edited = (edit: (url: URL) => void) => {
      const url = new URL(put.url);
      edit(url);
      return { ...put, url: url.href };
    };
    const { "if-none-match": _, ...unconditional } = put.headers;
    expect(await sendPut(put, jpeg(501))).toBe(403);
    expect(await sendPut(put, jpeg(499))).toBe(403);
    expect(await sendPut(put, bytes, { "content-type": "text/html" })).toBe(403);
    expect(await sendPut({ ...put, headers: unconditional }, bytes)).toBe(403);
    expect(
      await sendPut(
        edited((url) => {
          url.pathname += "x";
        }),
        bytes,
      ),
    ).toBe(403);
    expect(
      await sendPut(
        edited((url) => url.searchParams.set("X-Amz-Expires", "9000")),
        bytes,
      ),
    ).toBe(403);
    expect(await sendPut(await signedAt(Date.now() - 901_000, put), bytes)).toBe(403);
    expect((await ask(`/media/${upload.fields.key}`)).status).toBe(404);
    expect(await sendPut(await signedAt(Date.now() - 800_000, put), bytes)).toBe(200);
  });

  test("A repeated signed PUT is refused and changes nothing, before the finish and after it.", async () => {
    const cookie = await rider();
    const post = await newPost(cookie);
    const bytes = jpeg(500);
    const evil = new Uint8Array(500).fill(65);
    const upload = await started(cookie, post, bytes);
    expect(await sendPut(upload.put, bytes)).toBe(200);
    expect(await sendPut(upload.put, evil)).toBe(412);
    await finish(cookie, upload.id);
    expect(await sendPut(upload.put, evil)).toBe(412);
    expect((await ask((await imageOf(cookie, post)).url)).bytes).toEqual(bytes);
  });

  test("A signed PUT of an HTML page named as a JPEG is refused at the finish, and nothing is left.", async () => {
    const cookie = await rider();
    const post = await newPost(cookie);
    const page = Uint8Array.from(Buffer.from(PAGE));
    const upload = await started(cookie, post, page);
    expect(await sendPut(upload.put, page)).toBe(200);
    expect((await finish(cookie, upload.id)).status).toBe(400);
    expect((await finish(cookie, upload.id)).status).toBe(404);
    expect(await imageOf(cookie, post)).toEqual({ message: "The car post no image!" });
    const url = `${server.origin}/media/${upload.fields.key}`;
    await tick();
    await expect.poll(async () => (await ask(url)).status, { timeout: 15_000, interval: 300 }).toBe(404);
  });
});

describe("the form", () => {
  test("The upload form accepts exactly ten megabytes, with the cookie and from another port of this machine.", async () => {
    const cookie = await rider();
    const post = await newPost(cookie);
    const bytes = jpeg(LIMIT);
    const upload = await started(cookie, post, null);
    expect(upload.url).toBe(`${server.origin}/api/upload/direct/form/`);
    expect(upload.put).toBeNull();
    const sent = await sendForm(cookie, upload, bytes);
    expect(sent.status).toBe(204);
    expect(sent.headers.get("access-control-allow-origin")).toBe("http://localhost:5173");
    expect(sent.headers.get("access-control-allow-credentials")).toBe("true");
    expect((await finish(cookie, upload.id)).status).toBe(200);
    expect((await ask((await imageOf(cookie, post)).url)).bytes).toEqual(bytes);
  });

  test.each([LIMIT + 1, LIMIT + 4_000_000])(
    "The upload form says what is wrong with a file of %d bytes.",
    async (size) => {
      const cookie = await rider();
      const upload = await started(cookie, await newPost(cookie), null);
      const sent = await sendForm(cookie, upload, jpeg(size));
      expect(sent).toMatchObject({
        status: 400,
        body: { file: ["The image size is too large. Please upload an image that is less than 10MB."] },
      });
      expect((await finish(cookie, upload.id)).status).toBe(404);
    },
  );

  test("The upload form accepts the announced size and no other, streamed.", async () => {
    const cookie = await rider();
    const post = await newPost(cookie);
    const bytes = jpeg(3_000_000);
    expect((await sendForm(cookie, await started(cookie, post, bytes), bytes.slice(1))).status).toBe(400);
    const upload = await started(cookie, post, bytes);
    expect((await sendForm(cookie, upload, bytes)).status).toBe(204);
    expect((await finish(cookie, upload.id)).status).toBe(200);
    expect((await ask((await imageOf(cookie, post)).url)).bytes).toEqual(bytes);
  });

  test("The upload form refuses files that are not pictures, another person's form and a used form.", async () => {
    const [cookie, stranger] = [await rider(), await rider()];
    const post = await newPost(cookie);
    expect((await sendForm(cookie, await started(cookie, post, null), PAGE)).status).toBe(400);
    const upload = await started(cookie, post, null);
    expect((await sendForm(stranger, upload, jpeg(100))).status).toBe(404);
    expect((await sendForm(cookie, upload, jpeg(100))).status).toBe(204);
    expect((await sendForm(cookie, upload, jpeg(100))).status).toBe(403);
    expect((await finish(stranger, upload.id)).status).toBe(404);
    expect((await finish(cookie, upload.id)).status).toBe(200);
  });
});

test("A picture is resized on request.", async () => {
  const cookie = await rider();
  const post = await newPost(cookie);
  const upload = await started(cookie, post, null, "image/png");
  await sendForm(cookie, upload, await greyPng(800, 400));
  await finish(cookie, upload.id);
  const { url } = await imageOf(cookie, post);
  const small = await ask(`${url}?w=150`);
  expect(small.status).toBe(200);
  expect(small.headers.get("content-type")).toBe("image/png");
  const size = new DataView(small.bytes.buffer, small.bytes.byteOffset + 16);
  expect([size.getUint32(0), size.getUint32(4)]).toEqual([160, 80]);
});

test("Deleting an account deletes its pictures, also when the server dies half-way.", async () => {
  const cookie = await rider();
  const urls: string[] = [];
  for (let n = 0; n < 20; n += 1) {
    const post = await newPost(cookie);
    const upload = await started(cookie, post, null);
    await sendForm(cookie, upload, jpeg(300));
    await finish(cookie, upload.id);
    urls.push((await imageOf(cookie, post)).url);
  }
  const statuses = () => Promise.all(urls.map(async (url) => (await ask(url)).status));
  expect(new Set(await statuses())).toEqual(new Set([200]));
  expect((await ask("/api/user-delete", { method: "DELETE", cookie })).status).toBe(200);
  await server.kill();
  await server.start();
  await tick();
  await expect
    .poll(async () => new Set(await statuses()), { timeout: 30_000, interval: 500 })
    .toEqual(new Set([404]));
});
