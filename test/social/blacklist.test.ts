/** Blocks: what the blocker sees, and what the blocked person no longer sees. */
import { describe, expect, test } from "vitest";
import { USERS } from "../dialects/find-friend/people.ts";
import { call, del, get, post, put, rows, staffMember } from "../harness/api.ts";
import {
  ANONYMOUS,
  befriend,
  block,
  FORBIDDEN,
  ME,
  type Member,
  me,
  member,
  NOT_FOUND,
  seen,
  unblock,
} from "./social.ts";

const BLACKLIST = `${USERS}blacklist/`;
const parts = (one: Member, other: Member) =>
  rows(
    "SELECT id FROM outbox WHERE kind = 'chat_rights' AND address = ?",
    `users:${Math.min(one.id, other.id)}-${Math.max(one.id, other.id)}`,
  );

describe("a block", () => {
  test("Blocking answers 201 with the person, and 400 when repeated or for the caller themselves.", async () => {
    const [ann, bob] = [await member(), await member()];
    const done = await block(ann, bob);
    expect(done.status).toBe(201);
    expect(done.body).toEqual({ ...(await seen(ann, bob)).body, is_blocked: true });
    const again = await block(ann, bob);
    expect([again.status, again.body]).toEqual([
      400,
      { non_field_errors: ["Повторная блокировка пользователя невозможна"] },
    ]);
    const self = await block(ann, ann);
    expect([self.status, self.body]).toEqual([400, { non_field_errors: ["Блокировка себя невозможна"] }]);
    expect(await rows("SELECT blocked_id FROM blocks WHERE user_id = ?", ann.id)).toEqual([
      { blocked_id: bob.id },
    ]);
  });

  test.each([null, {}, { profession: "врач" }, "free text"])(
    "Blocking ignores the body %j.",
    async (body) => {
      const [ann, bob] = [await member(), await member()];
      expect((await post(`${USERS}${bob.id}/block/`, body, { key: ann.key })).status).toBe(201);
      expect((await me(bob)).profession).toBe("");
    },
  );

  test.each(["999999999", "abc"])("Blocking the unknown id %s is a 404.", async (id) => {
    const { key } = await member();
    for (const method of ["POST", "DELETE"]) {
      const { status, body } = await call(method, `${USERS}${id}/block/`, { key });
      expect([status, body]).toEqual([404, NOT_FOUND]);
    }
  });

  test("A block can be lifted once.", async () => {
    const [ann, bob] = [await member(), await member()];
    await block(ann, bob);
    expect((await unblock(ann, bob)).status).toBe(204);
    const again = await unblock(ann, bob);
    expect([again.status, again.body]).toEqual([404, NOT_FOUND]);
    expect((await seen(ann, bob)).body.is_blocked).toBe(false);
    expect((await seen(bob, ann)).status).toBe(200);
  });

  test("A block has no page to read.", async () => {
    const { id, key } = await member();
    const { status, body } = await get(`${USERS}${id}/block/`, { key });
    expect([status, body]).toEqual([405, { detail: 'Метод "GET" не разрешен.' }]);
  });

  test("A block hides the blocker's page from the blocked person, not the reverse, and never from staff.", async () => {
    const [ann, bob, staff] = [await member(), await member(), await staffMember()];
    await block(ann, bob);
    const hidden = await seen(bob, ann);
    expect([hidden.status, hidden.body]).toEqual([403, FORBIDDEN]);
    expect((await seen(ann, bob)).body.is_blocked).toBe(true);
    expect((await me(bob)).is_blocked).toBe(false);
    await post(`${USERS}${staff.id}/block/`, undefined, { key: ann.key });
    expect((await get(`${USERS}${ann.id}/`, { token: staff.token })).status).toBe(200);
  });

  test("A block hides the blocker from the blocked person's lists, which keep pages and filters.", async () => {
    const last_name = "Невидимкина";
    const [ann, bob] = [await member({ last_name }), await member({ last_name })];
    await block(ann, bob);
    const path = `${USERS}?last_name=${encodeURIComponent(last_name)}`;
    const his = (await get(path, { key: bob.key })).body;
    expect(his).toMatchObject({ count: 1, next: null, previous: null, results: [{ id: bob.id }] });
    const hers = (await get(path, { key: ann.key })).body;
    expect(hers.results.map(({ id }: Member) => id)).toEqual([bob.id, ann.id]);
    expect(hers.results[0].is_blocked).toBe(true);
  });

  test("A block has the chat's sockets closed once and keeps the friendship.", async () => {
    const [ann, bob] = [await member(), await member()];
    await befriend(ann, bob);
    await block(ann, bob);
    await block(ann, bob);
    expect(await parts(ann, bob)).toHaveLength(1);
    expect(await me(ann)).toMatchObject({ friends_count: 1 });
  });

  test("A block hides places and distances both ways.", async () => {
    const place = { latitude: 55.75, longitude: 37.61 };
    const [ann, bob] = [
      await member({}, { is_geoip_allowed: true }),
      await member({}, { is_geoip_allowed: true }),
    ];
    for (const { key } of [ann, bob]) await put(`${ME}geolocation/`, place, { key });
    await block(ann, bob);
    for (const [one, other] of [
      [ann, bob],
      [bob, ann],
    ] as const) {
      for (const what of ["geolocation", "distance"]) {
        const { status, body } = await get(`${USERS}${other.id}/${what}/`, { key: one.key });
        expect([status, body]).toEqual([404, NOT_FOUND]);
      }
      const { body } = await get(`${USERS}distances/`, { key: one.key });
      expect(body.map(({ user }: { user: number }) => user)).not.toContain(other.id);
    }
  });
});

describe("the blacklist", () => {
  test("The blacklist has the people blocked, also those who have blocked back.", async () => {
    const [ann, bob] = [await member(), await member()];
    await befriend(ann, bob);
    await block(ann, bob);
    await block(bob, ann);
    const { status, body } = await get(BLACKLIST, { key: ann.key });
    expect(status).toBe(200);
    expect(body).toMatchObject({ count: 1, next: null, previous: null });
    expect(body.results).toMatchObject([{ id: bob.id, email: bob.email, is_blocked: true }]);
    expect(Object.keys(body.results[0])).toEqual(Object.keys(await me(ann)));
  });

  test("The blacklist has pages of six, the newest account first, and ignores filters.", async () => {
    const ann = await member();
    await rows(
      `INSERT INTO users (username, username_key, email, created_at, updated_at)
       WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 8)
       SELECT 'b${ann.id}-' || i, 'b${ann.id}-' || i, 'b${ann.id}-' || i || '@example.com', 1, 1 FROM n`,
    );
    await rows(
      `INSERT INTO blocks (user_id, blocked_id, created_at)
       SELECT ?, id, 1 FROM users WHERE instr(username, ?) = 1`,
      ann.id,
      `b${ann.id}-`,
    );
    const first = (await get(`${BLACKLIST}?search=nobody`, { key: ann.key })).body;
    expect(first.count).toBe(8);
    expect(first.results).toHaveLength(6);
    expect(first.next).toBe("http://caravan.test/api/v1/users/blacklist/?search=nobody&page=2");
    const second = (await get(`${BLACKLIST}?page=2`, { key: ann.key })).body;
    const ids = [...first.results, ...second.results].map(({ id }: Member) => id);
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => b - a));
  });

  test("The blacklist of a person who has blocked nobody is empty.", async () => {
    const { key } = await member();
    expect((await get(BLACKLIST, { key })).body).toEqual({
      count: 0,
      next: null,
      previous: null,
      results: [],
    });
  });

  test.each([
    ["GET", BLACKLIST],
    ["POST", `${USERS}1/block/`],
    ["DELETE", `${USERS}1/block/`],
  ])("The request %s %s requires a sign-in.", async (method, path) => {
    const { status, body } = await call(method, path);
    expect([status, body]).toEqual([401, ANONYMOUS]);
  });

  test("The blacklist is deleted with its person.", async () => {
    const [ann, bob] = [await member(), await member()];
    await block(ann, bob);
    await del(ME, undefined, { key: bob.key });
    expect((await get(BLACKLIST, { key: ann.key })).body.count).toBe(0);
  });
});
