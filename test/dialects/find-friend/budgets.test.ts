/** The cost of Find Friend's lists: as many statements for a hundred people as for one, and no object call for reading. */
import { env } from "cloudflare:workers";
import { beforeAll, expect, test } from "vitest";
import { type Person, person, rows, unique } from "../../harness/api.ts";
import { charge, counted } from "../../harness/counting/counted.ts";
import { USERS } from "./people.ts";

const meter = counted();
const prefix = unique("crowd");
let ann: Person;
let bob: Person;

/** A hundred people with a city, interests and a place, friends of hers, blocked by him. */
beforeAll(async () => {
  [ann, bob] = [await person(), await person()];
  await rows(
    `INSERT INTO users (username, username_key, email, first_name, last_name, created_at, updated_at)
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
     SELECT ?1 || i, ?1 || i, ?1 || i || '@example.com', 'Иван', 'Петров', 1, 1 FROM n`,
    prefix,
  );
  const crowd = `FROM users WHERE instr(username, '${prefix}') = 1`;
  await env.DB.batch(
    [
      `INSERT INTO social_profiles (user_id, listed_at, city_id, is_geoip_allowed, latitude, longitude) SELECT id, 1, 980, 1, -40, 10 ${crowd}`,
      `INSERT INTO social_profiles (user_id, is_geoip_allowed, latitude, longitude) VALUES (${ann.id}, 1, -40, 10)`,
      `INSERT INTO user_interests (user_id, interest_id) SELECT users.id, value ${crowd.replace("WHERE", ", json_each('[1,2,3]') WHERE")}`,
      `INSERT INTO friendships (low_id, high_id, initiator_id, created_at) SELECT ${ann.id}, id, id, 1 ${crowd}`,
      `INSERT INTO blocks (user_id, blocked_id, created_at) SELECT ${bob.id}, id, 1 ${crowd}`,
    ].map((statement) => env.DB.prepare(statement)),
  );
});

async function cost(path: string, token = ann.token) {
  const { bill, response } = await charge(meter, 200, "GET", path, { token });
  expect(bill).toMatchObject({ objectCalls: [], queueSends: [] });
  return { statements: bill.statements.length, body: await response.json<never>() };
}

test.each<[string, number, (() => Person)?]>([
  [USERS, 2],
  [`${USERS}?search=%D0%98%D0%92%D0%90%D0%9D&city=980&interests=%D0%91%D0%B5%D0%B3`, 2],
  [`${USERS}blacklist/`, 2, () => bob],
])(
  "A page of %s costs %i statements, for one row as for a hundred.",
  async (path, expected, who = () => ann) => {
    const { token } = who();
    await cost(path, token);
    for (const limit of [1, 30, 100]) {
      const { statements, body } = await cost(
        `${path}${path.includes("?") ? "&" : "?"}limit=${limit}`,
        token,
      );
      expect((body as { results: unknown[] }).results).toHaveLength(limit);
      expect(statements).toBe(expected);
    }
  },
);

test("A first page costs three statements, because the caller is read once.", async () => {
  expect((await cost(USERS, (await person()).token)).statements).toBe(3);
});

test.each([
  [`${USERS}my_friends/`, 1],
  [`${USERS}distances/`, 2],
])("The complete list %s costs %i statements.", async (path, expected) => {
  await cost(path);
  const { statements, body } = await cost(path);
  expect(body).toHaveLength(100);
  expect(statements).toBe(expected);
});

test("A profile costs one statement, a place one, a request list one.", async () => {
  for (const path of [`${USERS}me/`, `${USERS}${ann.id}/`, `${USERS}me/geolocation/`, "/api/v1/friends/"])
    expect((await cost(path)).statements).toBe(1);
});

test("Losing a hundred friends costs no more statements than losing one.", async () => {
  const change = async (friends: object[]) => {
    const { bill } = await charge(meter, 200, "PATCH", `${USERS}me/`, {
      token: ann.token,
      body: { friends },
    });
    return bill;
  };
  const [{ id = 0 } = {}] = await rows<{ id: number }>(
    "SELECT max(high_id) AS id FROM friendships WHERE low_id = ?",
    ann.id,
  );
  const all = await rows<{ id: number }>(
    "SELECT high_id AS id FROM friendships WHERE low_id = ? AND high_id <> ?",
    ann.id,
    id,
  );
  const one = await change(all);
  const rest = await change([]);
  const outside = (statements: string[]) => statements.filter((sql) => /friendships|users|outbox/.test(sql));
  expect(outside(rest.statements)).toEqual(outside(one.statements));
});
