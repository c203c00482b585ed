/** Who may read an event: AlphaBet's events are for signed-in users, by number and uuid; Find Friend's are public. */
import { beforeAll, describe, expect, test } from "vitest";
import { newPerson } from "../authorization/world.ts";
import { makeEvent, rowIdOf } from "../dialects/alphabet/world.ts";
import { get, patch, person, rows } from "../harness/api.ts";
import { connect, dial } from "../harness/socket.ts";
import { eventBy, type Person, people } from "./clients.ts";

let reader: Person;
let closed: { id: number; uuid: string; name: string };
let open: { id: number; uuid: string };
beforeAll(async () => {
  reader = await newPerson("stranger");
  const ann = await person();
  const made = await makeEvent(ann);
  const id = await rowIdOf(made.id);
  closed = { id, uuid: made.id, name: made.name };
  await rows("UPDATE events SET latitude = 10, longitude = 10 WHERE id = ?", id);
  const [owner] = (await people(1)) as [Person];
  open = await eventBy(owner, { latitude: 10, longitude: 10 });
});

const listed = async (options = {}) => {
  const found: number[] = [];
  for (let page = 1; page < 50; page++) {
    const { status, body } = await get(`/api/v1/events/?limit=100&page=${page}`, options);
    if (status !== 200) break;
    found.push(...body.results.map(({ id }: { id: number }) => id));
  }
  return found;
};

describe("an anonymous caller", () => {
  test.each(["", "calendar.ics", "geolocation/", "distance/"])(
    "An anonymous caller reads events/{id}/%s of public events only.",
    async (rest) => {
      const refused = await get(`/api/v1/events/${closed.id}/${rest}`);
      expect([401, 404]).toContain(refused.status);
      if (rest === "" || rest === "calendar.ics")
        expect((await get(`/api/v1/events/${open.id}/${rest}`)).status).toBe(200);
    },
  );

  test("An anonymous caller finds only public events in the list and by a search.", async () => {
    expect(await listed()).not.toContain(closed.id);
    expect(await listed()).toContain(open.id);
    const found = await get(`/api/v1/events/?search=${encodeURIComponent(closed.name)}`);
    expect(found.body.count).toBe(0);
  });

  test.each(["/api/events/", "/api/search_event/a/"])(
    "An anonymous caller is refused at AlphaBet's %s.",
    async (path) => {
      expect((await get(path)).status).toBe(401);
      expect((await get(`/api/event/${open.uuid}/`)).status).toBe(401);
    },
  );

  test("An anonymous caller may listen to any event by uuid and to none by number.", async () => {
    for (const { id, uuid } of [closed, open]) {
      const socket = await connect(`/ws/events/${uuid}/`);
      expect(await socket.silent()).toBe(true);
      expect(await dial(`/ws/events/${id}/`)).toMatchObject({ refusal: { status: 401 } });
    }
  });
});

describe("a signed-in user", () => {
  test("A signed-in user reads any event by number and uuid, in lists and searches.", async () => {
    const options = { token: reader.token };
    for (const { id, uuid } of [closed, open]) {
      expect((await get(`/api/v1/events/${id}/`, options)).status).toBe(200);
      expect((await get(`/api/v1/events/${id}/calendar.ics`, options)).status).toBe(200);
      expect((await get(`/api/v1/events/${id}/geolocation/`, options)).status).toBe(200);
      expect((await get(`/api/event/${uuid}/`, options)).status).toBe(200);
    }
    expect(await listed(options)).toEqual(expect.arrayContaining([closed.id, open.id]));
  });

  test("A signed-in user opens an event's socket by number.", async () => {
    const socket = await connect(`/ws/events/${closed.id}/`, {
      headers: { authorization: `Bearer ${reader.token}` },
    });
    expect(await socket.silent()).toBe(true);
  });
});

test("A change through Find Friend's API does not make an event for signed-in users public.", async () => {
  const ann = await person();
  const { id: uuid } = await makeEvent(ann);
  const id = await rowIdOf(uuid);
  expect(
    (await patch(`/api/v1/events/${id}/`, { description: "Now with words" }, { token: ann.token })).status,
  ).toBe(200);
  expect((await get(`/api/v1/events/${id}/`)).status).toBe(404);
});
