/** The rules of addresses, phones and usernames, at every route where one is chosen. */
import { describe, expect, test } from "vitest";
import { routes } from "../../../src/app.ts";
import { get, outboxOf, patch, person, post, rows, unique, uniquePhone } from "../../harness/api.ts";
import { CHANGES, RESETS } from "../recovery/password-changes.ts";
import { LOOKING_UP, NAMING_ROUTES, PASSWORD, routesFor, subjectFor, withEmail } from "./naming-routes.ts";

const FIELDS = new Set(["email", "phone", "username", "password", "password1", "new_password"]);

interface Schema {
  readonly $ref?: string;
  readonly properties?: Record<string, unknown>;
  readonly allOf?: Schema[];
  readonly anyOf?: Schema[];
}

test("Every documented route that sets an account's identifier or password is covered here.", async () => {
  const { body: document } = await get("/swagger.json");
  const fieldsOf = (schema: Schema): string[] => {
    const named = schema.$ref
      ? (document.components.schemas[schema.$ref.split("/").at(-1) ?? ""] as Schema)
      : schema;
    return [
      ...Object.keys(named.properties ?? {}),
      ...[...(named.allOf ?? []), ...(named.anyOf ?? [])].flatMap(fieldsOf),
    ];
  };
  const known = new Set([...NAMING_ROUTES.map(({ route }) => route), ...LOOKING_UP]);
  const lost = routes
    .filter(({ body, hidden }) => body && !hidden)
    .filter(({ method, path }) => {
      const documented = `${path.replace(/:(\w+)(\{[^}]+\})?/g, "{$1}")}/`;
      const content = document.paths[documented]?.[method]?.requestBody?.content ?? {};
      return fieldsOf(content["application/json"]?.schema ?? {}).some((field) => FIELDS.has(field));
    })
    .map(({ method, path }) => `${method.toUpperCase()} ${path}`)
    .filter((route) => !known.has(route));
  expect(lost).toEqual([]);
});

describe("an address with a domain of another alphabet", () => {
  test.each(routesFor("email"))(
    "An internationalized e-mail domain is stored in ASCII by %s, and both spellings sign in.",
    async (_, route) => {
      const local = unique("idn").toLowerCase();
      const [spelled, stored] = [`${local}@почта.рф`, `${local}@xn--80a1acny.xn--p1ai`];
      const who = await subjectFor(route);
      const answer = await route.send({ email: spelled }, who);
      expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
      const [user] = await withEmail(stored);
      expect(user).toBeDefined();
      expect(await outboxOf(stored)).toHaveLength(1);
      await rows(
        "UPDATE users SET password_hash = (SELECT password_hash FROM users WHERE id = ?) WHERE id = ?",
        (await known).id,
        user?.id,
      );
      for (const email of [spelled, stored, spelled.toUpperCase()]) {
        const body = { email, password: "verysecret" };
        expect((await post("/api/v1/auth/token/login/", body)).status, email).toBe(200);
        expect((await post("/api/auth/login/", { username: email, password: "verysecret" })).status).toBe(
          200,
        );
      }
    },
  );

  test.each(routesFor("email"))(
    "An e-mail address is refused by %s if it is taken in the other spelling of its domain.",
    async (_, route) => {
      const local = unique("idn").toLowerCase();
      const taken = `${local}@xn--80a1acny.xn--p1ai`;
      await post("/api/auth/signup/", { username: unique(), email: taken, password: PASSWORD });
      const answer = await route.send({ email: `${local}@Почта.РФ` }, await subjectFor(route));
      expect(answer.status).toBe(400);
      expect(JSON.stringify(answer.body)).toContain("email");
      expect(await withEmail(taken)).toHaveLength(1);
    },
  );

  test.each(routesFor("email"))(
    "An e-mail address with an invalid domain is refused by %s.",
    async (_, route) => {
      for (const domain of ["почта", "по чта.рф", "почта.рф/x", "xn--zzzzzzz-.рф", "１２７.0.0.1"]) {
        const local = unique("no").toLowerCase();
        const answer = await route.send({ email: `${local}@${domain}` }, await subjectFor(route));
        expect(answer.status, domain).toBe(400);
        expect(await rows("SELECT id FROM users WHERE email LIKE ?", `${local}@%`)).toEqual([]);
      }
    },
  );
});

/** Whose password everybody borrows who was made without one. */
const known = person();

describe("a phone", () => {
  const spellings = (phone: string) => {
    const digits = phone.slice(2);
    const [a, b, c, d] = [digits.slice(0, 3), digits.slice(3, 6), digits.slice(6, 8), digits.slice(8)];
    return [
      `+7 (${a}) ${b}-${c}-${d}`,
      `8 (${a}) ${b} – ${c} – ${d}`,
      `+7\u00a0${a}\u00a0${b}\u2011${c}\u2011${d}`,
    ];
  };

  test.each(routesFor("phone"))(
    "A phone is accepted by %s in any notation of any length.",
    async (_, route) => {
      for (const index of [0, 1, 2]) {
        const phone = uniquePhone();
        const who = await subjectFor(route);
        const answer = await route.send({ phone: spellings(phone)[index] ?? "" }, who);
        expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
        if (who && route.route.includes("profile")) expect(await outboxOf(phone)).toHaveLength(1);
        else expect(await rows("SELECT id FROM users WHERE phone = ?", phone)).toHaveLength(1);
      }
    },
  );

  test.each(routesFor("phone"))("A phone with too many digits is refused by %s.", async (_, route) => {
    const answer = await route.send({ phone: "+7 900 123 45 67 89 01 23" }, await subjectFor(route));
    expect(answer).toMatchObject({
      status: 400,
      body: { phone: ["Ensure this field has no more than 15 characters."] },
    });
  });
});

describe("a username", () => {
  /** Each looks like a plain one: with a letter of another alphabet in a word, or a word of such letters. */
  const disguised = (name: string) => [
    `${name}\u0430dmin`,
    `\u0441.${name}`,
    `${name}_\u03bf`,
    `p\u0430yp\u0430l${name}`,
  ];

  test.each(routesFor("username"))("A username that mixes alphabets is refused by %s.", async (_, route) => {
    for (const username of disguised(unique("mix"))) {
      const answer = await route.send({ username }, await subjectFor(route));
      expect(answer, username).toMatchObject({
        status: 400,
        body: expect.anything(),
      });
      expect(JSON.stringify(answer.body)).toContain("different alphabets");
      expect(await rows("SELECT id FROM users WHERE username = ?", username)).toEqual([]);
    }
  });

  test.each(routesFor("username"))(
    "A username with an invisible letter is refused by %s.",
    async (_, route) => {
      for (const filler of ["\u3164", "\uffa0", "\u115f", "\u1160"]) {
        const username = `${unique("blank")}${filler}`;
        expect((await route.send({ username }, await subjectFor(route))).status).toBe(400);
        expect(await rows("SELECT id FROM users WHERE username = ?", username)).toEqual([]);
      }
    },
  );

  test.each(routesFor("username"))(
    "A username of one alphabet, or of one word in each, is accepted by %s.",
    async (_, route) => {
      for (const username of [`Жук${Math.floor(Math.random() * 1e9)}`, `Иван_${unique("rides")}`]) {
        const answer = await route.send({ username }, await subjectFor(route));
        expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
        expect(await rows("SELECT id FROM users WHERE username = ?", username)).toHaveLength(1);
      }
    },
  );

  test.each(routesFor("username").filter(([, { makes }]) => !makes))(
    "An existing username that would be refused now stays when %s sends it unchanged.",
    async (_, route) => {
      const who = await person();
      const username = `${unique("old")}\u0430`;
      await rows("UPDATE users SET username = ?1, username_key = ?1 WHERE id = ?2", username, who.id);
      const answer = await route.send({ username }, who);
      expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
    },
  );
});

describe("a password", () => {
  const WEAK = ["password123", "81672049", "p", "   "];

  test.each(routesFor("password"))("A weak password is refused by %s.", async (_, route) => {
    for (const password of WEAK) {
      const email = `${unique("weak")}@example.com`.toLowerCase();
      const who = await subjectFor(route);
      const before = await rows("SELECT password_hash FROM users WHERE id = ?", who?.id ?? 0);
      expect((await route.send({ password, email }, who)).status, password).toBe(400);
      expect(await withEmail(email)).toEqual([]);
      expect(await rows("SELECT password_hash FROM users WHERE id = ?", who?.id ?? 0)).toEqual(before);
    }
  });

  test.each([...CHANGES, ...RESETS])("A weak password is refused by %s.", async (_, way) => {
    for (const password of WEAK) {
      const who = await person();
      expect((await way(who, password)).status, password).toBe(400);
      expect(
        (await post("/api/auth/login/", { username: who.username, password: who.password })).status,
      ).toBe(200);
    }
  });
});

test("A refused identifier leaves the other fields of the request unchanged.", async () => {
  const who = await person();
  const body = { username: "p\u0430ypal", first_name: "Changed" };
  expect((await patch("/api/v1/auth/profile/", body, { token: who.token })).status).toBe(400);
  expect(await rows("SELECT first_name FROM users WHERE id = ?", who.id)).toEqual([{ first_name: "" }]);
});
