/** Usernames generated from a phone or an e-mail: who sees them, what others see instead, and what the alias opens. */
import { describe, expect, test } from "vitest";
import { aliasedId } from "../../../src/modules/identity/accounts/names.ts";
import { isReservedName, madeFrom, maskedEmail } from "../../../src/modules/identity/rules.ts";
import { PASSWORD, registered } from "../../dialects/tow-truck/people.ts";
import { del, get, patch, person, post, put, rows, staffMember, unique } from "../../harness/api.ts";

const nameOf = async (id: number) =>
  (
    await rows<{ username: string; generated: number }>(
      "SELECT username, username_is_generated AS generated FROM users WHERE id = ?",
      id,
    )
  )[0];

/** Creates an event with these participants and returns its id. */
async function eventWith(token: string, participants: string[]): Promise<string> {
  const draft = { name: unique("Ride"), starting_time: "2031-01-01T10:00Z", end_time: "2031-01-01T11:00Z" };
  const { status, body } = await post(
    "/api/events/",
    { ...draft, location: "Bridge", participants },
    { token },
  );
  expect(status).toBe(201);
  return body.id;
}
const participantsOf = async (id: string, token: string) =>
  (await get(`/api/event/${id}/`, { token })).body.event.participants;

describe("a name made from a contact", () => {
  test.each([
    ["79990000001", {}, true],
    ["７９９９００００００１", {}, true],
    ["+79990000001", {}, true],
    ["7.999-000_00-01", {}, true],
    ["ann@example.com", {}, true],
    ["annkexamplecom", { email: "ann.k@example.com" }, true],
    ["annkexamplecom3", { email: "ann.k@example.com" }, true],
    ["ann", { email: "ann@example.com" }, false],
    ["123456", {}, false],
    ["ann79990000001", {}, false],
  ])("Whether the username %s with the contacts %j counts as generated: %s.", (name, own, expected) => {
    expect(madeFrom(name, own)).toBe(expected);
  });

  test.each([
    ["user-12", 12],
    ["USER-12", 12],
    ["user-0", null],
    ["user-012", null],
    ["user-12a", null],
    ["user12", null],
  ])("The name %s is the alias of account %s.", (name, expected) => {
    expect(aliasedId(name)).toBe(expected);
  });

  test("Strangers see an address as its first letter and its domain.", () => {
    expect(maskedEmail("test@fake.org")).toBe("t•••@fake.org");
    expect(maskedEmail("")).toBe("");
  });
});

describe("nobody chooses a name of the form user-<number>", () => {
  const names = ["user-1", "User-77", "user-000", "ｕｓｅｒ-5"];
  test.each(names)("The username %s is reserved.", (name) => expect(isReservedName(name)).toBe(true));

  test("No route accepts a username of the form user-<number>.", async () => {
    const { id, token } = await person();
    const email = `${unique()}@example.com`;
    const staff = await staffMember();
    const password = "securepassword123";
    for (const username of names) {
      const responses = [
        await post("/api/auth/signup/", { username, email, password }),
        await post("/api/auth/registration/", { username, email, password1: password, password2: password }),
        await patch("/api/v1/auth/profile/", { username }, { token }),
        await put(`/api/user/${id}/`, { username }, { token }),
        await patch("/api/auth/user/", { username }, { token }),
        await post("/api/admin/users/", { username, email }, { token: staff.token }),
      ];
      expect(responses.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400, 400]);
    }
    expect(await rows("SELECT id FROM users WHERE username_key GLOB 'user-[0-9]*'")).toEqual([]);
  });
});

describe("a generated username", () => {
  test("A generated username is marked when created, stays marked when sent unchanged, and is unmarked when another is chosen.", async () => {
    const client = await registered();
    const made = client.user.username;
    expect(await nameOf(client.id)).toEqual({ username: made, generated: 1 });
    await patch("/api/v1/auth/profile/", { username: made, first_name: "Ann" }, { token: client.access });
    expect((await nameOf(client.id))?.generated).toBe(1);
    const username = unique("chosen");
    const changed = await patch("/api/v1/auth/profile/", { username }, { token: client.access });
    expect(changed.body.username).toBe(username);
    expect(await nameOf(client.id)).toEqual({ username, generated: 0 });
    expect((await get(`/api/user/${client.id}/`, { token: (await person()).token })).body.user.username).toBe(
      username,
    );
  });

  test("A generated username is visible to its owner and staff; everybody else sees user-<id>.", async () => {
    const client = await registered();
    const [stranger, staff] = [await person(), await staffMember()];
    const seenBy = async (token: string) =>
      (await get(`/api/user/${client.id}/`, { token })).body.user.username;
    expect(await seenBy(client.access)).toBe(client.user.username);
    expect(await seenBy(staff.token)).toBe(client.user.username);
    expect(await seenBy(stranger.token)).toBe(`user-${client.id}`);
    expect((await get("/api/v1/auth/profile/", { token: client.access })).body.username).toBe(
      client.user.username,
    );
  });

  test("An event shows a generated username as user-<id>, which a PUT accepts as a participant.", async () => {
    const client = await registered();
    const maker = await person();
    const alias = `user-${client.id}`;
    const id = await eventWith(maker.token, [alias, maker.username]);
    expect(new Set(await participantsOf(id, maker.token))).toEqual(new Set([alias, maker.username]));
    const [row] = (await get("/api/events/", { token: maker.token })).body.events.filter(
      (event: { id: string }) => event.id === id,
    );
    expect(row.participant_usernames).toContain(alias);
    expect(JSON.stringify(row)).not.toContain(client.user.username);
    expect(await participantsOf(id, client.access)).toContain(client.user.username);
    const again = await put(`/api/event/${id}/`, { participants: [alias] }, { token: maker.token });
    expect(again.body.event.participants).toEqual([alias]);
  });

  test("A generated username identifies nobody for other people, so that phones cannot be probed.", async () => {
    const client = await registered();
    const maker = await person();
    const id = await eventWith(maker.token, [client.user.username]);
    expect(await participantsOf(id, maker.token)).toEqual([]);
    const own = await eventWith(client.access, [client.user.username]);
    expect(await participantsOf(own, maker.token)).toEqual([`user-${client.id}`]);
    await del(`/api/event/${own}/`, undefined, { token: client.access });
  });

  test("A generated username and its alias both sign in.", async () => {
    const client = await registered();
    for (const username of [client.user.username, `user-${client.id}`]) {
      const { status } = await post("/api/auth/signin/", { username, password: PASSWORD });
      expect(status).toBe(200);
    }
  });

  test("A generated username is in no mail to other people.", async () => {
    const client = await registered();
    const maker = await person();
    await eventWith(maker.token, [`user-${client.id}`, maker.username]);
    const letters = await rows<{ payload: string }>(
      "SELECT payload FROM outbox WHERE kind = 'mail' AND address = ? AND payload LIKE '%participants%'",
      maker.email,
    );
    expect(letters.length).toBeGreaterThan(0);
    for (const { payload } of letters) {
      expect(payload).toContain(`user-${client.id}`);
      expect(payload).not.toContain(client.user.username);
    }
  });
});
