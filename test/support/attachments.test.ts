/** Files of messages: uploaded, attached once, read by people of the ticket only, deleted with the message. */
import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { del, get, type Person, person, post, rows } from "../harness/api.ts";
import { multipart } from "../harness/forms.ts";
import { picture as bytesOf, pdf as pdfOf } from "../harness/pictures/pictures.ts";
import { connectNative } from "../harness/socket.ts";
import { messages, operator, read, TICKETS, ticketOf } from "./tickets.ts";

const SOON = { timeout: 15_000 };

let ann: Person;
let olga: Person;
let id: string;
beforeEach(async () => {
  [ann, olga] = await Promise.all([person(), operator()]);
  id = await ticketOf(ann);
});

const upload = (who: Person, file: File | null, of = id) =>
  post(`${TICKETS}${of}/files/`, multipart(file ? { file } : { other: "1" }), who);
const picture = () => new File([bytesOf(100, "image/png")], "damage.png", { type: "image/png" });
const uploaded = async (who: Person, file = picture()): Promise<number> => {
  const { status, body } = await upload(who, file);
  if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body.id;
};
const send = (who: Person, attachments: unknown, more: object = {}) =>
  post(`${TICKETS}${id}/messages/`, { attachments, ...more }, who);
const path = (url: string) => url.replace(/^https?:\/\/[^/]+/, "");

test("A picture and a PDF are attached to a message, and both sides open them.", async () => {
  const pdf = await uploaded(ann, new File([pdfOf("report")], "report.pdf", { type: "application/pdf" }));
  const ids = [await uploaded(ann), pdf];
  expect((await send(ann, ids, { body: "See here" })).status).toBe(201);
  for (const who of [ann, olga]) {
    const message = (await messages(who, id)).body.results.at(-1);
    expect(message.attachments).toMatchObject([
      { id: pdf, name: "report.pdf", content_type: "application/pdf" },
      { id: ids[0], name: "damage.png", content_type: "image/png" },
    ]);
    for (const { url } of message.attachments) expect((await get(path(url))).status).toBe(200);
    // Apps that know text only get a line with the address of each file.
    const [text, ...links] = message.body.split("\n");
    expect(text).toBe("See here");
    expect(links).toEqual(
      message.attachments.map(({ name, url }: { name: string; url: string }) => `${name}: ${url}`),
    );
  }
  const [shown] = (await get(`/api/admin/conversations/${id}/messages/`, olga)).body.results.slice(-1);
  expect(shown).toMatchObject({ body: "See here", attachments: [{ id: pdf }, { id: ids[0] }] });
});

test("A message needs a text or a file.", async () => {
  expect((await send(olga, [await uploaded(olga)])).status).toBe(201);
  expect((await read(ann, id)).body.messages.at(-1).body).toMatch(/^damage\.png: http/);
  expect((await send(olga, [])).body).toEqual({ body: ["Обязательное поле."] });
  expect((await send(olga, [], { body: " " })).body).toEqual({ body: ["Это поле не может быть пустым."] });
});

test("The socket shows the files of a message without their addresses.", async () => {
  const socket = await connectNative(`/ws/support/tickets/${id}/`, ann.token);
  const file = await uploaded(olga);
  const { body } = await send(olga, [file], { body: "Look" });
  const entry = await socket.next((frame) => frame.t === "entry" && frame.ref === body.id);
  expect(entry.body).toMatchObject({
    body: "Look",
    attachments: [{ id: file, name: "damage.png", content_type: "image/png", size: expect.any(Number) }],
  });
  expect(JSON.stringify(entry)).not.toContain("media");
});

test("Nobody opens a file without the signed address, and strangers get no address.", async () => {
  await send(ann, [await uploaded(ann)]);
  const { url } = (await messages(ann, id)).body.results.at(-1).attachments[0];
  const [bare] = path(url).split("?");
  for (const who of [undefined, await person(), ann, olga])
    expect((await get(bare ?? "", who)).status).toBe(403);
  expect((await messages(await person(), id)).status).toBe(403);
  expect((await upload(await person(), picture())).status).toBe(403);
  expect((await upload(ann, picture(), crypto.randomUUID())).status).toBe(404);
});

test("A file of a note is kept from the author.", async () => {
  await send(olga, [await uploaded(olga)], { is_internal: true });
  expect(JSON.stringify((await read(ann, id)).body)).not.toContain("damage");
  expect((await messages(olga, id)).body.results.at(-1).attachments).toHaveLength(1);
});

test("A file is attached once, by its uploader, and a refused message writes nothing.", async () => {
  const file = await uploaded(ann);
  const count = async () => (await messages(ann, id)).body.count;
  for (const [who, wanted] of [
    [olga, [file]],
    [ann, [file, 999_999_999]],
    [ann, [-1]],
  ] as const)
    expect((await send(who, wanted, { body: "No" })).body).toHaveProperty("attachments");
  expect((await send(ann, ["x"])).status).toBe(400);
  expect(
    (
      await send(
        ann,
        Array.from({ length: 11 }, () => file),
      )
    ).status,
  ).toBe(400);
  expect(await count()).toBe(1);
  const both = await Promise.all([send(ann, [file, file]), send(ann, [file])]);
  expect(both.map(({ status }) => status).sort()).toEqual([201, 400]);
  expect(await count()).toBe(2);
});

test("A file that is no picture, too large or missing is refused with the reason, and nothing is kept.", async () => {
  const texts = new File(["hello"], "notes.txt", { type: "text/plain" });
  const large = new File([new Uint8Array(10 * 1024 * 1024 + 1)], "large.png", { type: "image/png" });
  for (const file of [texts, large, new File([], "empty.png"), null])
    expect((await upload(ann, file)).body).toEqual({ file: [expect.any(String)] });
  expect(await rows("SELECT 1 FROM files WHERE owner_id = ?", ann.id)).toEqual([]);
});

test("Files are deleted with the account that sent them, and with the ticket.", async () => {
  await send(ann, [await uploaded(ann)]);
  await send(olga, [await uploaded(olga)]);
  const keys = (
    await rows<{ key: string }>("SELECT key FROM files WHERE owner_id IN (?, ?)", ann.id, olga.id)
  ).map(({ key }) => key);
  expect(keys).toHaveLength(2);
  expect((await del("/api/v1/auth/profile/", undefined, ann)).status).toBeLessThan(300);
  expect(await rows("SELECT 1 FROM files WHERE owner_id IN (?, ?)", ann.id, olga.id)).toEqual([]);
  const kept = async () => (await Promise.all(keys.map((key) => env.BUCKET.head(key)))).filter(Boolean);
  await expect.poll(kept, SOON).toEqual([]);
});
