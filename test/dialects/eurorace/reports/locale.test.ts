/** The same routes under `/api/v1/` answer in Russian, except for fixed messages. */
import { expect, test } from "vitest";
import { get, person, post } from "../../../harness/api.ts";

const PATH = "/api/v1/location-reports/";

test("Field errors are Russian under /api/v1/, English under /api/, and Polish where the app defines them.", async () => {
  const { token } = await person();
  expect((await post(PATH, {}, { token })).body).toEqual({ location: ["Обязательное поле."] });
  expect((await post("/api/location-reports/", {}, { token })).body).toEqual({
    location: ["This field is required."],
  });
  const headers = { "accept-language": "en" };
  expect((await post(PATH, {}, { token, headers })).body).toEqual({ location: ["This field is required."] });
  expect((await post(PATH, { location: {} }, { token })).body).toEqual({
    location: { location: "Wymagane są oba pola: latitude i longitude." },
  });
});

test("Both prefixes lead to the same reports.", async () => {
  const { token } = await person();
  const { body } = await post(PATH, { location: { latitude: 5.5, longitude: 6.5 } }, { token });
  expect((await get(`/api/location-reports/${body.id}/`, { token })).body).toEqual(body);
});
