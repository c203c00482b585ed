/** What all account routes of the Tow Truck API share: methods, media types, bodies, languages, origins. */
import { describe, expect, test } from "vitest";
import { call, get, post } from "../../harness/api.ts";
import { english } from "../../identity/requests.ts";
import { registered } from "./people.ts";

const PUBLIC = [
  "/api/v1/auth/register/",
  "/api/v1/auth/login/",
  "/api/v1/auth/password/reset/",
  "/api/v1/auth/password/reset/confirm/",
  "/api/v1/auth/token/refresh/",
];

describe("the account routes", () => {
  test.each(PUBLIC)("The route %s accepts only POST.", async (path) => {
    for (const form of [path, path.slice(0, -1)]) {
      const answer = await get(form);
      expect(answer).toMatchObject({ status: 405, body: { detail: 'Метод "GET" не разрешен.' } });
      expect(answer.headers.get("allow")).toBe("POST, OPTIONS");
      expect((await call("DELETE", form, { headers: english })).body).toEqual({
        detail: 'Method "DELETE" not allowed.',
      });
    }
  });

  test("The profile route names the methods that it accepts.", async () => {
    const answer = await post("/api/v1/auth/profile/", {});
    expect(answer).toMatchObject({ status: 405, body: { detail: 'Метод "POST" не разрешен.' } });
    for (const method of ["GET", "PUT", "PATCH"]) expect(answer.headers.get("allow")).toContain(method);
  });

  test.each(PUBLIC)("The route %s refuses other media types.", async (path) => {
    const options = { headers: { "content-type": "text/plain" } };
    expect(await post(path, "phone=1", options)).toMatchObject({
      status: 415,
      body: { detail: 'Неподдерживаемый тип данных "text/plain" в запросе.' },
    });
  });

  test.each(PUBLIC)("The route %s refuses broken JSON and a list.", async (path) => {
    const half = await post(path, '{"phone":');
    expect(half.status).toBe(400);
    expect(half.body.detail).toMatch(/^JSON parse error - /);
    expect(await post(path, [])).toMatchObject({
      status: 400,
      body: { non_field_errors: ["Недопустимые данные. Ожидался dictionary, но был получен list."] },
    });
  });

  test("A request without credentials is refused before the body is validated.", async () => {
    const options = { headers: { "content-type": "application/octet-stream" } };
    expect((await call("PATCH", "/api/v1/auth/profile/", { body: "x", ...options })).status).toBe(401);
    const { access } = await registered();
    expect(
      (await call("PATCH", "/api/v1/auth/profile/", { body: "x", token: access, ...options })).status,
    ).toBe(415);
  });

  test("The root of the API is empty, and only for signed-in callers.", async () => {
    const { access } = await registered();
    for (const root of ["/api/v1/", "/api/v1"])
      expect(await get(root, { token: access })).toMatchObject({ status: 200, body: {} });
    expect(await get("/api/v1/")).toMatchObject({
      status: 401,
      body: { detail: "Учетные данные не были предоставлены." },
    });
  });

  test("An unknown path is a JSON 404 with the request's id.", async () => {
    const answer = await get("/api/v1/auth/nothing/");
    expect(answer).toMatchObject({ status: 404, body: { detail: "Страница не найдена." } });
    expect(answer.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  test.each([
    ["ru", "Обязательное поле."],
    ["en", "This field is required."],
    ["en-US,ru;q=0.5", "This field is required."],
    ["en;q=0.4, ru;q=0.6", "Обязательное поле."],
    ["fr, en;q=0.1", "This field is required."],
    ["fr", "Обязательное поле."],
    ["*", "Обязательное поле."],
    ["", "Обязательное поле."],
  ])("The answer's language follows Accept-Language %j.", async (language, words) => {
    const { body } = await post("/api/v1/auth/login/", {}, { headers: { "accept-language": language } });
    expect(body.phone).toEqual([words]);
  });

  test("CORS allows the app's development origins, also for refusals, and no other origin.", async () => {
    for (const origin of ["http://localhost:5173", "http://127.0.0.1:3000"]) {
      const { status, headers } = await post("/api/v1/auth/login/", {}, { headers: { origin } });
      expect(status).toBe(400);
      expect(headers.get("access-control-allow-origin")).toBe(origin);
      expect(headers.get("access-control-allow-credentials")).toBe("true");
    }
    const { headers } = await post(
      "/api/v1/auth/login/",
      {},
      { headers: { origin: "https://evil.example" } },
    );
    expect(headers.get("access-control-allow-origin")).toBeNull();
  });

  test("A preflight allows the methods and headers that the client sends.", async () => {
    const headers = {
      origin: "http://localhost:5173",
      "access-control-request-method": "PATCH",
      "access-control-request-headers": "authorization,content-type",
    };
    const answer = await call("OPTIONS", "/api/v1/auth/profile/", { headers });
    expect(answer.status).toBeLessThan(300);
    expect(answer.headers.get("access-control-allow-methods")).toContain("PATCH");
    expect(answer.headers.get("access-control-allow-headers")).toContain("authorization");
    expect(answer.headers.get("access-control-max-age")).toBe("86400");
  });
});
