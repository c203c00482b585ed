/** Every route that changes an account, with its fields split over concurrent requests: none is lost. */
import { describe, expect, test } from "vitest";
import { type Answer, call, person, post, rows, unique } from "../../harness/api.ts";

type Fields = Record<string, unknown>;

interface AccountRoute {
  readonly name: string;
  readonly send: (who: { id: number; token: string }, fields: Fields) => Promise<Answer>;
  /** The fields, each with its new value and its column. */
  readonly fields: () => Record<string, { value: unknown; column: string; stored?: unknown }>;
}

const at =
  (method: string, path: string): AccountRoute["send"] =>
  ({ id, token }, body) =>
    call(method, path.replace(":id", String(id)), { token, body });

const email = () => {
  const value = `${unique("split")}@example.com`.toLowerCase();
  return { value, column: "email" };
};
const username = () => ({ value: unique("split"), column: "username" });
const first = () => ({ value: "Анна", column: "first_name" });
const last = () => ({ value: "Новак", column: "last_name" });

const ROUTES: readonly AccountRoute[] = [
  {
    name: "PUT /api/user/:id",
    send: at("PUT", "/api/user/:id/"),
    fields: () => ({ email: email(), username: username() }),
  },
  ...["PUT", "PATCH"].map((method) => ({
    name: `${method} /api/auth/user`,
    send: at(method, "/api/auth/user/"),
    fields: () => ({ email: email(), username: username(), first_name: first(), last_name: last() }),
  })),
  ...["PUT", "PATCH"].map((method) => ({
    name: `${method} /api/v1/auth/profile`,
    send: at(method, "/api/v1/auth/profile/"),
    fields: () => ({ email: email(), username: username(), first_name: first(), last_name: last() }),
  })),
  ...["/api/v1/users/me/", "/api/v1/users/:id/"].map((path) => ({
    name: `PATCH ${path}`,
    send: at("PATCH", path),
    fields: () => ({ email: email(), first_name: first(), last_name: last() }),
  })),
  ...["/api/user", "/api/user-update"].map((path) => ({
    name: `PUT ${path}`,
    send: at("PUT", path),
    fields: () => ({ email: email(), name: { value: "Solo", column: "first_name" } }),
  })),
  ...["/api/settings/", "/api/v1/settings/"].map((path) => ({
    name: `PUT ${path}`,
    send: at("PUT", path),
    fields: () => ({
      email: email(),
      name: { value: "Solo", column: "first_name" },
      locale: { value: "ru", column: "locale" },
      mail_reminders: { value: false, column: "mail_reminders", stored: 0 },
    }),
  })),
];

describe("an account changed field by field at once", () => {
  test.each(ROUTES.map((route) => [route.name, route] as const))(
    "Concurrent changes of an account's fields through %s keep every field.",
    async (_, route) => {
      for (let round = 0; round < 3; round++) {
        const who = await person("split");
        const fields = route.fields();
        const responses = await Promise.all(
          Object.entries(fields).map(([name, { value }]) => route.send(who, { [name]: value })),
        );
        expect(responses.map(({ status }) => status)).toEqual(responses.map(() => 200));
        const [row] = await rows("SELECT * FROM users WHERE id = ?", who.id);
        for (const [name, { value, column, stored = value }] of Object.entries(fields))
          expect(row?.[column], name).toBe(stored);
      }
    },
  );

  test("Concurrent changes of an account never restore an old password.", async () => {
    const who = await person("split");
    const changes = Array.from({ length: 6 }, (_, index) =>
      call("PUT", "/api/user", { token: who.token, body: { name: `Name ${index}` } }),
    );
    const [password] = await Promise.all([
      call("PUT", "/api/user", { token: who.token, body: { password: "a quiet harbour" } }),
      ...changes,
    ]);
    expect(password.status).toBe(200);
    const signIn = (word: string) => post("/api/auth/login/", { username: who.username, password: word });
    expect((await signIn("a quiet harbour")).status).toBe(200);
    expect((await signIn(who.password)).status).toBe(400);
  });
});
