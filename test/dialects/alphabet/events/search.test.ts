/** `search_event/{location}`: a part of the place, in any case, literally. */
import { describe, expect, test } from "vitest";
import { get, type Person, person, put, unique } from "../../../harness/api.ts";
import { makeEvent } from "../world.ts";

const at = (words: string, slash = "/") => `/api/search_event/${encodeURIComponent(words)}${slash}`;

async function found(someone: Person, words: string): Promise<string[]> {
  const { status, body } = await get(at(words), { token: someone.token });
  expect(status).toBe(200);
  return body.map(({ id }: { id: string }) => id);
}

describe.each(["/", ""])("with %j at the end of the path", (slash) => {
  test("A search returns a bare array of listed events.", async () => {
    const [ann, bob] = [await person(), await person()];
    const event = await makeEvent(ann, { participants: [bob.username] });
    const { status, body } = await get(at(event.location, slash), { token: bob.token });
    expect(status).toBe(200);
    expect(body).toEqual([
      {
        id: event.id,
        name: event.name,
        starting_time: expect.any(String),
        end_time: expect.any(String),
        location: event.location,
        participants: [bob.id],
        participant_usernames: [bob.username],
        created_at: expect.any(String),
        updated_at: expect.any(String),
        time_zone: "UTC",
      },
    ]);
  });

  test("A search without matches returns an empty array.", async () => {
    const { token } = await person();
    const answer = await get(at(unique("Nowhere "), slash), { token });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual([]);
  });
});

test.each<[string, string, string]>([
  ["a part in the middle", "Old Town Hall", "town"],
  ["the whole, in capitals", "Riverside", "RIVERSIDE"],
  ["Cyrillic in capitals", "Красная площадь", "КРАСНАЯ"],
  ["Cyrillic in small letters", "НЕВСКИЙ ПРОСПЕКТ", "невский"],
  ["the letter Ё", "Берёзовая роща", "БЕРЁЗ"],
  ["accents", "Café Ölüdeniz", "CAFÉ ÖL"],
  ["a letter and its accent apart", "Café", "cafe\u0301"],
  ["Hebrew", "תל אביב", "אביב"],
  ["an emoji", "Park 🌳 east", "🌳"],
  ["a per cent sign", "Sale 100% off", "100%"],
  ["an underscore", "room_5", "m_5"],
  ["a backslash", "C:\\hall", ":\\h"],
  ["a quote", "O'Connor's", "o'c"],
  ["a question mark and a hash", "Where? #5", "? #5"],
  ["a plus and an ampersand", "Food+Drink & more", "+drink &"],
  ["a slash, encoded", "Platform 9/10", "9/10"],
])("A search finds %s.", async (_, place, words) => {
  const ann = await person();
  const event = await makeEvent(ann, { location: `${place} ${unique()}` });
  expect(await found(ann, words)).toContain(event.id);
});

test.each<[string, string, string]>([
  ["% for any letters", "Sale 100 off", "Sale%off"],
  ["_ for any letter", "room 5", "room_5"],
  ["* for any letters", "room 5", "room*"],
  ["a pattern of letters", "room 5", "room ."],
])("A search does not accept %s.", async (_, place, words) => {
  const ann = await person();
  const key = unique();
  const event = await makeEvent(ann, { location: `${key} ${place}` });
  expect(await found(ann, `${key} ${words}`)).not.toContain(event.id);
});

test("A search for a per cent sign finds only places that contain one.", async () => {
  const ann = await person();
  const [with_, without] = [await makeEvent(ann, { location: "50% hall" }), await makeEvent(ann)];
  const ids = await found(ann, "%");
  expect(ids).toContain(with_.id);
  expect(ids).not.toContain(without.id);
});

test("A search matches the place only, not the name.", async () => {
  const ann = await person();
  const name = unique("Only a name ");
  await makeEvent(ann, { name });
  expect(await found(ann, name)).toEqual([]);
});

test("A search finds past events too, of all creators, in order of creation.", async () => {
  const [ann, bob] = [await person(), await person()];
  const location = unique("Same place ");
  const past = { starting_time: "2022-01-01T10:00Z", end_time: "2022-01-01T12:00Z" };
  const ids = [];
  for (const owner of [ann, bob, ann]) ids.push((await makeEvent(owner, { location, ...past })).id);
  expect(await found(await person(), location)).toEqual(ids);
});

test("A search text may have more than a hundred bytes of Cyrillic.", async () => {
  const ann = await person();
  const location = `${unique()} ${"Щ".repeat(150)}`;
  const event = await makeEvent(ann, { location });
  expect(await found(ann, location.toLowerCase())).toEqual([event.id]);
});

test.each(["x".repeat(201), "ы".repeat(400), "\u0000", "'", '"; --', "%", " "])(
  "A search for %j returns an array, never an error.",
  async (words) => {
    const { token } = await person();
    const answer = await get(at(words), { token });
    expect(answer.status).toBe(200);
    expect(Array.isArray(answer.body)).toBe(true);
  },
);

test("A search text that is not UTF-8 causes no error.", async () => {
  const { token } = await person();
  const answer = await get("/api/search_event/%E0%A4%A/", { token });
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual([]);
});

test("An event whose place changed is found by the new place only.", async () => {
  const ann = await person();
  const { id, location } = await makeEvent(ann);
  const next = unique("МОСКВА ");
  await put(`/api/event/${id}/`, { location: next }, { token: ann.token });
  expect(await found(ann, location)).toEqual([]);
  expect(await found(ann, next.toLowerCase())).toEqual([id]);
});
