/** Avatars of Find Friend: resized once, in their own format, replaced and removed. */
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { signIn } from "../dialects/find-friend/people.ts";
import { get, patch, put, send } from "../harness/api.ts";
import { multipart } from "../harness/forms.ts";
import { asFormat, sizeOf } from "../harness/pictures/images.ts";
import { greyPng, TINY_GIF } from "../harness/pictures/real-pictures.ts";
import { ME, type Member, me, member } from "./social.ts";

const file = (bytes: Uint8Array<ArrayBuffer> | string, name = "me.png", type = "image/png") =>
  new File([bytes], name, { type });
const setAvatar = ({ key }: Member, picture: File) => patch(ME, multipart({ avatar: picture }), { key });
const keysOf = async ({ id }: Member) =>
  (await env.BUCKET.list({ prefix: `avatars/${id}/` })).objects.map(({ key }) => key);
const load = async (url: string) => {
  const response = await send(new Request(url));
  return { type: response.headers.get("content-type"), bytes: await response.bytes() };
};

describe("a picture", () => {
  test.each([
    [400, 300, 100, 75],
    [300, 400, 75, 100],
    [1000, 10, 100, 1],
    [60, 40, 60, 40],
  ])("A picture of %i×%i is stored at %i×%i.", async (width, height, keptWidth, keptHeight) => {
    const ann = await member();
    const { status, body } = await setAvatar(ann, file(await greyPng(width, height)));
    expect(status).toBe(200);
    expect(body.avatar).toMatch(/^http:\/\/caravan\.test\/media\/avatars\/\d+\/[\w-]+\.png$/);
    const { type, bytes } = await load(body.avatar);
    expect(type).toBe("image/png");
    expect(await sizeOf(bytes)).toEqual({ format: "image/png", width: keptWidth, height: keptHeight });
  });

  test.each(["image/jpeg", "image/webp"] as const)("A picture in %s keeps its format.", async (format) => {
    const ann = await member();
    const picture = await asFormat(await greyPng(400, 300), format);
    const { body } = await setAvatar(ann, file(picture, "me.bin", format));
    const { type, bytes } = await load(body.avatar);
    expect(type).toBe(format);
    expect(await sizeOf(bytes)).toEqual({ format, width: 100, height: 75 });
  });

  test("A picture in a format that can't be written is stored as PNG.", async () => {
    const ann = await member();
    const gif = TINY_GIF;
    const { status, body } = await setAvatar(ann, file(gif, "me.gif", "image/gif"));
    expect(status).toBe(200);
    const { type, bytes } = await load(body.avatar);
    expect(body.avatar).toMatch(/\.png$/);
    expect(type).toBe("image/png");
    expect(await sizeOf(bytes)).toEqual({ format: "image/png", width: 1, height: 1 });
  });

  test("Other changes keep the picture's object and the session.", async () => {
    const ann = await member();
    const { body } = await setAvatar(ann, file(await greyPng(200, 200)));
    for (let n = 0; n < 8; n++) await patch(ME, { profession: `врач ${n}` }, { key: ann.key });
    const whole = { first_name: "Анна", last_name: "Ким", email: ann.email, avatar: "" };
    expect((await put(ME, whole, { key: ann.key })).body.avatar).toBe(body.avatar);
    expect((await signIn(ann.email)).status).toBe(200);
    expect(await keysOf(ann)).toHaveLength(1);
  });

  test("A new picture replaces the old one, null removes it, and their objects are deleted.", async () => {
    const ann = await member();
    const first = await setAvatar(ann, file(await greyPng(20, 20)));
    const second = await setAvatar(ann, file(await greyPng(30, 30)));
    expect(second.body.avatar).not.toBe(first.body.avatar);
    await expect.poll(() => keysOf(ann), { timeout: 10_000 }).toHaveLength(1);
    expect((await patch(ME, { avatar: null }, { key: ann.key })).body.avatar).toBeNull();
    await expect.poll(() => keysOf(ann), { timeout: 10_000 }).toEqual([]);
    expect((await get(ME, { key: ann.key })).body.avatar).toBeNull();
  });
});

describe("what is no picture", () => {
  const broken =
    "Загрузите правильное изображение. Файл, который вы загрузили, поврежден или не является изображением.";
  test.each([
    ["an empty file", file(""), "Отправленный файл пуст."],
    ["a text", file("no picture at all"), broken],
    ["a page that calls itself one", file("<html></html>", "me.png"), broken],
    [
      "one of which only the head is there",
      file(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0)),
      broken,
    ],
    ["one larger than 8 MB", file(new Uint8Array(8 * 1024 * 1024 + 1)), "Запрос больше 8388608 байт."],
  ])("A picture sent as %s is refused and nothing is stored.", async (_, avatar, words) => {
    const ann = await member();
    const answer = await patch(ME, multipart({ avatar, city: "Тула" }), { key: ann.key });
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({ avatar: [words] });
    expect(await me(ann)).toMatchObject({ avatar: null, city: null });
    expect(await keysOf(ann)).toEqual([]);
  });

  test("A change refused for another field stores no picture.", async () => {
    const [ann, bob] = [await member(), await member()];
    const picture = file(await greyPng(20, 20));
    const wrong = multipart({ avatar: picture, city: "Атлантида" });
    expect((await patch(ME, wrong, { key: ann.key })).status).toBe(400);
    const taken = multipart({ avatar: picture, email: bob.email });
    expect((await patch(ME, taken, { key: ann.key })).body).toHaveProperty("email");
    await expect.poll(() => keysOf(ann)).toEqual([]);
  });
});
