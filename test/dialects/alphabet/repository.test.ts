/** The seventeen tests of the original repository, made by a client over HTTP. */
import { describe, expect, test } from "vitest";
import { call, del, get, person, post, put, unique } from "../../harness/api.ts";
import { draft, fromNow, HOUR, makeEvent, storedEvent } from "./world.ts";

const NOBODY = 999_999_999;

/** An instant with microseconds and an offset, as Python prints it. */
function pythonTime(ms: number): string {
  return fromNow(ms).replace(/\.(\d{3})Z$/, ".$1456+00:00");
}

describe("events", () => {
  test("Two events of January 2022 are returned as they were sent.", async () => {
    const ann = await person();
    for (const [start, end] of [
      ["2022-01-01T10:00:00Z", "2022-01-01T12:00:00Z"],
      ["2022-01-02T11:00:00Z", "2022-01-02T13:00:00Z"],
    ] as const) {
      const made = await makeEvent(ann, { starting_time: start, end_time: end });
      const { event } = (await get(`/api/event/${made.id}/`, { token: ann.token })).body;
      expect(event).toMatchObject({ name: made.name, location: made.location });
      expect(Date.parse(event.starting_time)).toBe(Date.parse(start));
      expect(Date.parse(event.end_time)).toBe(Date.parse(end));
    }
  });

  test("An event's four fields change.", async () => {
    const ann = await person();
    const { id } = await makeEvent(ann);
    const change = draft({ starting_time: "2033-01-01T10:00Z", end_time: "2033-01-01T12:00Z" });
    expect((await put(`/api/event/${id}/`, change, { token: ann.token })).status).toBe(200);
    expect(await storedEvent(id)).toMatchObject({
      name: change.name,
      location: change.location,
      starts_at: Date.UTC(2033, 0, 1, 10),
      ends_at: Date.UTC(2033, 0, 1, 12),
    });
  });

  test("A past event is deleted.", async () => {
    const ann = await person();
    const { id } = await makeEvent(ann, { starting_time: "2022-01-01", end_time: "2022-01-02" });
    expect((await del(`/api/event/${id}/`, undefined, { token: ann.token })).status).toBe(200);
    expect((await get(`/api/event/${id}/`, { token: ann.token })).status).toBe(404);
  });
});

describe("sign-in and sign-up", () => {
  test("A sign-in returns both tokens.", async () => {
    const username = unique("admin");
    await post("/api/auth/signup/", { username, email: `${username}@example.com`, password: "admin" });
    const { status, body } = await post("/api/auth/signin/", { username, password: "admin" });
    expect(status).toBe(200);
    expect(body).toHaveProperty("access");
    expect(body).toHaveProperty("refresh");
  });

  test("A sign-in with an unknown username says so.", async () => {
    const { status, body } = await post("/api/auth/signin/", { username: unique("no"), password: "admin" });
    expect(status).toBe(400);
    expect(body.message).toBe("Invalid Username");
  });

  test("A sign-up returns both tokens, and the user exists.", async () => {
    const username = unique("newuser");
    const given = { username, password: "newpassword", email: `${username}@example.com` };
    const { status, body } = await post("/api/auth/signup/", given);
    expect(status).toBe(200);
    expect(body).toHaveProperty("access");
    expect(body).toHaveProperty("refresh");
    expect((await post("/api/auth/signin/", given)).status).toBe(200);
  });

  test("A sign-up with a username only is refused with an error.", async () => {
    const { status, body } = await post("/api/auth/signup/", { username: unique("newuser") });
    expect(status).toBe(400);
    expect(body).toHaveProperty("error");
  });
});

describe("the caller's user", () => {
  test("Your user can be read.", async () => {
    const ann = await person("testuser");
    const { status, body } = await get(`/api/user/${ann.id}/`, { token: ann.token });
    expect(status).toBe(200);
    expect(body.user).toMatchObject({ username: ann.username, email: ann.email });
  });

  test("Your user can be changed, and the token still works.", async () => {
    const ann = await person("testuser");
    const change = { email: `${unique("updated")}@example.com`, username: unique("updateduser") };
    expect((await put(`/api/user/${ann.id}/`, change, { token: ann.token })).status).toBe(200);
    expect((await get(`/api/user/${ann.id}/`, { token: ann.token })).body.user).toMatchObject(change);
  });

  test("Your user can be deleted.", async () => {
    const [ann, bob] = [await person("testuser"), await person()];
    expect((await del(`/api/user/${ann.id}/`, undefined, { token: ann.token })).status).toBe(200);
    expect((await get(`/api/user/${ann.id}/`, { token: bob.token })).status).toBe(404);
  });

  test.each(["GET", "PUT", "DELETE"])("A user is not found under another id: %s.", async (method) => {
    const { token } = await person("testuser");
    const body = method === "PUT" ? { email: "updated@example.com", username: unique() } : undefined;
    const answer = await call(method, `/api/user/${NOBODY}/`, { token, body });
    expect(answer.status).toBe(404);
    expect(answer.body.message).toBe("No user found");
  });

  test("A client with cookies only is refused.", async () => {
    const ann = await person("testuser");
    const signIn = await post("/api/auth/signin/", { username: ann.username, password: ann.password });
    const cookie = signIn.headers
      .getSetCookie()
      .map((line) => line.split(";", 1)[0])
      .join("; ");
    for (const method of ["GET", "PUT", "DELETE"]) {
      const body = method === "PUT" ? { username: unique() } : undefined;
      const answer = await call(method, `/api/user/${ann.id}/`, { body, headers: { cookie } });
      expect(answer.status).toBe(401);
    }
  });
});

describe("batches", () => {
  test("A batch of new events is a 201, and both events exist.", async () => {
    const ann = await person("testuser");
    const names = [unique("Event 3 "), unique("Event 4 ")];
    const times = { starting_time: pythonTime(HOUR), end_time: pythonTime(2 * HOUR) };
    const batch = names.map((name) => draft({ name, ...times, participants: [ann.username] }));
    expect((await post("/api/batch_events/", batch, { token: ann.token })).status).toBe(201);
    const { events } = (await get("/api/events/", { token: ann.token })).body;
    const listed = events.filter(({ name }: { name: string }) => names.includes(name));
    expect(listed.map(({ participants }: { participants: number[] }) => participants)).toEqual([
      [ann.id],
      [ann.id],
    ]);
  });

  test("A batch of changes is a 200, and names and locations are changed.", async () => {
    const ann = await person("testuser");
    const made = [await makeEvent(ann), await makeEvent(ann)];
    const times = { starting_time: pythonTime(HOUR), end_time: pythonTime(2 * HOUR) };
    const batch = made.map(({ id }) => ({ ...draft({ ...times, participants: [ann.username] }), id }));
    expect((await put("/api/batch_events/", batch, { token: ann.token })).status).toBe(200);
    for (const { id, name, location } of batch)
      expect(await storedEvent(id)).toMatchObject({ name, location });
  });

  test("A batch of deletions takes two ids, and both events are gone.", async () => {
    const ann = await person("testuser");
    const ids = [(await makeEvent(ann)).id, (await makeEvent(ann)).id];
    expect((await del("/api/batch_events/", ids, { token: ann.token })).status).toBe(200);
    for (const id of ids) expect(await storedEvent(id)).toBeUndefined();
  });
});
