/** Avatars of Tow Truck accounts: recognised by their bytes, limited in size, replaced and removed. */
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { get, patch, put, send } from "../../../harness/api.ts";
import { multipart } from "../../../harness/forms.ts";
import { TINY_GIF, TINY_PNG } from "../../../harness/pictures/real-pictures.ts";
import { english } from "../../../identity/requests.ts";
import { login, registered } from "../people.ts";

const PROFILE = "/api/v1/auth/profile/";

const picture = (bytes: Uint8Array | string, name = "me.png", type = "image/png") =>
  new File([bytes], name, { type });
const keysOf = async (id: number) =>
  (await env.BUCKET.list({ prefix: `avatars/${id}/` })).objects.map(({ key }) => key);

describe("an avatar", () => {
  test.each(["PUT", "PATCH"])(
    "An avatar is accepted by %s beside other fields, and is served unchanged.",
    async (method) => {
      const { access } = await registered();
      const change = method === "PUT" ? put : patch;
      const form = multipart({ avatar: picture(TINY_PNG), first_name: "Анна" });
      const { status, body } = await change(PROFILE, form, { token: access });
      expect(status).toBe(200);
      expect(body.first_name).toBe("Анна");
      expect(body.avatar).toMatch(/^http:\/\/caravan\.test\/media\/avatars\/\d+\/[\w-]+\.png$/);
      const served = await send(new Request(body.avatar));
      expect(served.headers.get("content-type")).toBe("image/png");
      expect(served.headers.get("x-content-type-options")).toBe("nosniff");
      expect(await served.bytes()).toEqual(TINY_PNG);
      expect((await get(PROFILE, { token: access })).body.avatar).toBe(body.avatar);
    },
  );

  test("An avatar's type follows its bytes, and the server names the file.", async () => {
    const { access } = await registered();
    const form = multipart({ avatar: picture(TINY_GIF, "../../etc/evil.html", "text/html") });
    const { body } = await patch(PROFILE, form, { token: access });
    expect(body.avatar).toMatch(/\/[\w-]+\.gif$/);
    expect((await send(new Request(body.avatar))).headers.get("content-type")).toBe("image/gif");
  });

  test("A new avatar replaces the former, which is deleted.", async () => {
    const { access, id } = await registered();
    const first = await patch(PROFILE, multipart({ avatar: picture(TINY_PNG) }), { token: access });
    const second = await patch(PROFILE, multipart({ avatar: picture(TINY_GIF) }), { token: access });
    expect(second.body.avatar).not.toBe(first.body.avatar);
    await expect.poll(() => keysOf(id), { timeout: 10_000 }).toHaveLength(1);
    expect((await send(new Request(first.body.avatar))).status).toBe(404);
    expect((await send(new Request(second.body.avatar))).status).toBe(200);
  });

  test("Null removes an avatar; without the field it stays.", async () => {
    const { access, id } = await registered();
    const { body } = await patch(PROFILE, multipart({ avatar: picture(TINY_PNG) }), { token: access });
    expect((await put(PROFILE, { first_name: "Анна" }, { token: access })).body.avatar).toBe(body.avatar);
    expect((await put(PROFILE, { avatar: "" }, { token: access })).body.avatar).toBe(body.avatar);
    expect((await patch(PROFILE, { avatar: null }, { token: access })).body.avatar).toBeNull();
    await expect.poll(() => keysOf(id), { timeout: 10_000 }).toEqual([]);
  });

  test("An avatar is in the answer of the next sign-in.", async () => {
    const { access, phone } = await registered();
    const { body } = await patch(PROFILE, multipart({ avatar: picture(TINY_PNG) }), { token: access });
    expect((await login(phone)).body.user.avatar).toBe(body.avatar);
  });
});

describe("a refused avatar", () => {
  const notImage =
    "Загрузите правильное изображение. Файл, который вы загрузили, поврежден или не является изображением.";
  test.each([
    ["a text that calls itself a picture", picture("just words"), notImage],
    ["a drawing that could hold a script", picture("<svg/>", "me.svg", "image/svg+xml"), notImage],
    ["an empty file", picture(""), "Отправленный файл пуст."],
    [
      "more than ten megabytes",
      picture(new Uint8Array(10 * 1024 * 1024 + 1)),
      "Запрос больше 10485760 байт.",
    ],
  ])("An avatar is refused when it is %s.", async (_name, avatar, words) => {
    const { access, id, user } = await registered();
    const form = multipart({ avatar, first_name: "Другая" });
    expect(await patch(PROFILE, form, { token: access })).toMatchObject({
      status: 400,
      body: { avatar: [words] },
    });
    expect(await keysOf(id)).toEqual([]);
    expect((await get(PROFILE, { token: access })).body).toEqual(user);
  });

  test("An avatar that is not a file is refused in both languages.", async () => {
    const { access } = await registered();
    expect(await patch(PROFILE, { avatar: "me.png" }, { token: access })).toMatchObject({
      status: 400,
      body: { avatar: ["Загруженный файл не является корректным файлом."] },
    });
    expect((await patch(PROFILE, { avatar: 5 }, { token: access, headers: english })).body).toEqual({
      avatar: ["The submitted data was not a file. Check the encoding type on the form."],
    });
  });

  test("A form that is too large is refused with 413.", async () => {
    const { access } = await registered();
    const form = multipart({ avatar: picture(new Uint8Array(12 * 1024 * 1024)) });
    expect((await patch(PROFILE, form, { token: access })).status).toBe(413);
  });

  test("An unauthenticated upload is refused before the file is read.", async () => {
    expect((await patch(PROFILE, multipart({ avatar: picture(TINY_PNG) }))).status).toBe(401);
  });

  test("A file in any other field is refused.", async () => {
    const { access } = await registered();
    const form = multipart({ first_name: picture(TINY_PNG), phone: picture(TINY_PNG) });
    expect(await patch(PROFILE, form, { token: access })).toMatchObject({
      status: 400,
      body: { first_name: ["Not a valid string."], phone: ["Not a valid string."] },
    });
  });
});
