/** The reader of arriving forms, with the body cut at every place. */
import { describe, expect, test } from "vitest";
import { openForm } from "../../../src/platform/storage/streaming-form.ts";
import { picture } from "../world.ts";

const encode = (words: string) => new TextEncoder().encode(words);

function joined(...parts: (string | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const bytes = parts.map((part) => (typeof part === "string" ? encode(part) : part));
  const whole = new Uint8Array(bytes.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const each of bytes) {
    whole.set(each, at);
    at += each.length;
  }
  return whole;
}

/** A request whose body comes in pieces of `step` bytes. */
function request(body: Uint8Array, step: number, type = "multipart/form-data; boundary=b0") {
  let at = 0;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= body.length) return controller.close();
      controller.enqueue(body.slice(at, at + step));
      at += step;
    },
  });
  return new Request("http://caravan.test/", {
    method: "POST",
    body: stream,
    headers: { "content-type": type },
  });
}

async function contentOf(form: Awaited<ReturnType<typeof openForm>>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of form.file?.chunks ?? []) chunks.push(chunk);
  return joined(...chunks);
}

const part = (name: string, more = "") => `--b0\r\nContent-Disposition: form-data; name="${name}"${more}\r\n`;
/** Holds every beginning of the delimiter. */
const TRICKY = joined(
  picture(40),
  "\r",
  "\r\n",
  "\r\n-",
  "\r\n--",
  "\r\n--b",
  "\r\n--b\r\n--",
  "\r\n\r\n--b1",
);
const FORM = joined(
  part("key"),
  "\r\nключ\r\n",
  part("empty"),
  "\r\n\r\n",
  part("file", '; filename="мой.jpg"'),
  "Content-Type: image/jpeg\r\n\r\n",
  TRICKY,
  "\r\n--b0--\r\n",
);

describe("a form is read", () => {
  test.each([1, 2, 3, 5, 7, 16, 61, 1000])("A form is read in pieces of %d bytes.", async (step) => {
    const form = await openForm(request(FORM, step));
    expect([...form.fields]).toEqual([
      ["key", "ключ"],
      ["empty", ""],
    ]);
    expect(form.file).toMatchObject({ name: "мой.jpg", type: "image/jpeg" });
    expect(await contentOf(form)).toEqual(TRICKY);
  });

  test.each([
    ["with a line before it", joined("\r\n", FORM)],
    ["without a line after it", FORM.slice(0, -2)],
    ["with a part after its file", joined(FORM.slice(0, -4), "\r\n", part("key"), "\r\nother\r\n--b0--\r\n")],
  ])("A form %s is read.", async (_name, body) => {
    const form = await openForm(request(body, 1000));
    expect(await contentOf(form)).toEqual(TRICKY);
    expect(form.fields.get("key")).toBe("ключ");
    await form.drain();
  });

  test("A form is read with a boundary in quotes.", async () => {
    const form = await openForm(request(FORM, 9, 'multipart/form-data; charset=utf-8; boundary="b0"'));
    expect(form.file?.name).toBe("мой.jpg");
  });

  test("A form without a file of the expected name is read without a file.", async () => {
    const form = await openForm(request(joined(part("file"), "\r\ntext\r\n--b0--"), 7));
    expect(form.file).toBeNull();
    expect(form.fields.get("file")).toBe("text");
  });
});

describe("a form is refused", () => {
  test.each([
    ["without its first line", "hello"],
    ["with a boundary that goes on", "--b01\r\n"],
    ["that ends in a header", "--b0\r\nContent-Disposition: form"],
    ["that ends in a text", `${part("key")}\r\nvalue`],
    ["with headers without end", `--b0\r\nX: ${"x".repeat(20_000)}`],
    ["with texts without end", `${part("key")}\r\n${"x".repeat(40_000)}\r\n--b0--`],
    ["with many texts", `${`${part("key")}\r\n${"x".repeat(9000)}\r\n`.repeat(4)}--b0--`],
  ])("A form %s is refused.", async (_name, body) => {
    await expect(openForm(request(encode(body), 4096))).rejects.toMatchObject({ status: 400 });
  });

  test.each(["multipart/form-data", "multipart/form-data; boundary=", 'multipart/form-data; boundary=""'])(
    "A form with the content type %s is refused.",
    async (type) => {
      await expect(openForm(request(FORM, 100, type))).rejects.toMatchObject({ status: 400 });
    },
  );

  test.each([
    "application/json",
    "text/plain; boundary=b0",
    "multipart/form-datax; boundary=b0",
    "multipart/mixed",
  ])("A body of the content type %s is refused.", async (type) => {
    await expect(openForm(request(FORM, 100, type))).rejects.toMatchObject({ status: 415 });
  });

  test.each([1, 3, 50])(
    "A form that ends within its file is refused, in pieces of %d bytes.",
    async (step) => {
      const form = await openForm(request(FORM.slice(0, -9), step));
      await expect(contentOf(form)).rejects.toMatchObject({ status: 400 });
    },
  );
});

test("A refused form is drained up to a limit.", async () => {
  let sent = 0;
  let cancelled = false;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 1;
      controller.enqueue(sent === 1 ? FORM.slice(0, -20) : new Uint8Array(1024 * 1024));
    },
    cancel() {
      cancelled = true;
    },
  });
  const headers = { "content-type": "multipart/form-data; boundary=b0" };
  const form = await openForm(
    new Request("http://caravan.test/", { method: "POST", body: endless, headers }),
  );
  await form.drain();
  expect(cancelled).toBe(true);
  expect(sent).toBeLessThan(20);
});
