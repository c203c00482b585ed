/** What others see of a person: every route × every viewer, and what the answers may not contain. */
import { beforeAll, describe, expect, test } from "vitest";
import {
  type PrivatePerson,
  privatePerson,
  type Secret,
  VIEWERS,
  type Viewer,
} from "../authorization/private-person.ts";
import { table } from "../authorization/table.ts";
import { newPerson } from "../authorization/world.ts";
import { call, get, post } from "../harness/api.ts";
import { connectNative } from "../harness/socket.ts";

const SECRETS: readonly Secret[] = ["username", "phone", "email", "birthday"];
const FIND_FRIEND = /^GET \/api\/v1\/(users|chats)/;
/** An export has what its person may read anyway. */
const ORDERS = /^GET \/api\/v1\/(orders|users\/me\/export)/;
const CONSOLE = /^GET \/api\/admin/;
const TOWING = /^GET \/api\/v1\/(orders|tow-trucks|vehicles|support)/;

/** What this viewer may read of the person by the route of this name. */
function mayRead(viewer: Viewer, name: string): readonly Secret[] {
  switch (viewer) {
    case "self":
    case "staff":
      return SECRETS;
    case "friend":
      return FIND_FRIEND.test(name) ? ["email", "birthday"] : [];
    // While a truck is on its way, its driver and its client can call each other.
    case "client":
    case "driver":
      return ORDERS.test(name) ? ["phone"] : [];
    case "operator":
      return CONSOLE.test(name) ? SECRETS : TOWING.test(name) ? ["username", "phone", "email"] : [];
    default:
      return [];
  }
}

/** Routes that show the person's name to viewers without rights over them. A new one belongs in this list. */
const SHOWN = [
  "GET /api/event/:id",
  "GET /api/events",
  "GET /api/location-reports/user-track/:id{\\d+}",
  "GET /api/search_event/:location",
  "GET /api/tasks",
  "GET /api/tasks/:id{\\d+}",
  "GET /api/tasks/my_tasks",
  "GET /api/user/:id",
  "GET /api/v1/chats",
  "GET /api/v1/chats/:id",
  "GET /api/v1/location-reports/user-track/:id{\\d+}",
  "GET /api/v1/notification",
  "GET /api/v1/notifications",
  "GET /api/v1/orders/:uuid",
  "GET /api/v1/orders/:uuid (ordered)",
  "GET /api/v1/orders/list",
  "GET /api/v1/tasks",
  "GET /api/v1/tasks/:id{\\d+}",
  "GET /api/v1/tasks/my_tasks",
  "GET /api/v1/tow-trucks",
  "GET /api/v1/users",
  "GET /api/v1/users/:id{\\d+}",
  "GET /api/v1/users/:id{\\d+}/distance",
  "GET /api/v1/users/blacklist",
  "GET /api/v1/users/me",
  "GET /api/v1/users/me/export",
  "GET /api/v1/users/my_friends",
];

/** Routes that show first and last name only: a person without them is not shown there. */
const BY_NAME = new Set([
  "GET /api/v1/chats",
  "GET /api/v1/chats/:id",
  "GET /api/v1/users/:id{\\d+}/distance",
  "GET /api/v1/users/me",
  "GET /api/v1/users/me/export",
  "GET /api/v1/users/my_friends",
]);

const reads = Object.keys(table).filter((name) => name.startsWith("GET "));
const writes = Object.keys(table).filter((name) => !name.startsWith("GET "));

describe.each([
  ["by name", ["Zinaida", "Zvonova"]],
  ["without a name", ["", ""]],
] as const)("somebody known %s", (_, names) => {
  let there: PrivatePerson;
  const shown = new Set<string>();
  beforeAll(async () => {
    there = await privatePerson(names);
  }, 60_000);

  const pathOf = async (name: string) => {
    const known = there.places[name];
    if (known) return known;
    const asked = await table[name]?.ask?.(there.person);
    return asked?.path ?? `${name.slice(4)}/`;
  };
  /** Texts that show that an answer is about this person. */
  const marks = () => [names[0] || `user-${there.person.id}`, `user-${there.person.id}`, "z•••@example.com"];

  test.each([...reads, "GET /api/v1/orders/:uuid (ordered)"])(
    "The route %s does not reveal a person's private data.",
    async (name) => {
      const path = await pathOf(name);
      for (const viewer of VIEWERS) {
        const token = there.viewers[viewer]?.token;
        const { body } = await get(path, token ? { token } : {});
        const text = typeof body === "string" ? body : JSON.stringify(body);
        const allowed = mayRead(viewer, name);
        for (const secret of SECRETS)
          if (!allowed.includes(secret))
            expect(text.includes(there.secrets[secret]), `${viewer} reads the ${secret} at ${path}`).toBe(
              false,
            );
        const isOther = viewer !== "self" && viewer !== "staff" && viewer !== "operator";
        if (isOther && marks().some((mark) => text.includes(mark))) shown.add(name);
      }
    },
  );

  test.each(writes)(
    "The route %s does not reveal a person's private data, whether it answers or refuses.",
    async (name) => {
      for (const role of ["stranger", "driver", "operator"] as const) {
        const { path = `${name.slice(name.indexOf(" ") + 1)}/`, body } =
          (await table[name]?.ask?.(there.person)) ?? {};
        // A new person each time, because the request may delete their own account.
        const { token } = await newPerson(role);
        const answer = await call(name.split(" ")[0] ?? "", path, { token, ...(body ? { body } : {}) });
        const text = JSON.stringify(answer.body);
        for (const secret of SECRETS)
          if (role !== "operator" || !TOWING.test(name.replace(/^\w+/, "GET")))
            expect(text.includes(there.secrets[secret]), `${role} reads the ${secret} at ${path}`).toBe(
              false,
            );
      }
    },
  );

  test("The routes that show private data are exactly the declared ones.", () => {
    const counts = (name: string) => names[0] !== "" || !BY_NAME.has(name);
    expect([...shown].filter(counts).sort()).toEqual(SHOWN.filter(counts).sort());
  });

  test("A message in an event's room does not reveal its author's private data.", async () => {
    const path = `/ws/events/${there.eventUuid}/`;
    const listener = await connectNative(path, there.viewers.fellow?.token);
    const speaker = await connectNative(path, there.person.token);
    speaker.send({ t: "say", ref: "1", kind: "message", body: { text: "hi" } });
    await listener.next(({ t, by }) => t === "entry" && by === there.person.id);
    speaker.close();
    const text = JSON.stringify(listener.frames);
    for (const secret of SECRETS) expect(text).not.toContain(there.secrets[secret]);
    listener.close();
  });

  test("No search finds people by data that it may not show.", async () => {
    const { username, phone, email, birthday } = there.secrets;
    const token = there.viewers.client?.token ?? "";
    const found = async (search: string) =>
      (await get(`/api/v1/users/?search=${encodeURIComponent(search)}`, { token })).body.results.map(
        ({ id }: { id: number }) => id,
      );
    for (const words of [
      username,
      phone,
      birthday,
      email.slice(1),
      email.split("@")[0] ?? "",
      "@example.com",
    ])
      expect(await found(words)).not.toContain(there.person.id);
    expect(await found(email)).toEqual([there.person.id]);
    for (const list of ["tow-trucks", "orders/list", "support/tickets", "vehicles"])
      for (const words of [username, phone, email]) {
        const query = `search=${encodeURIComponent(words)}&status=`;
        const { body } = await get(`/api/v1/${list}/?${query}`, { token });
        expect(JSON.stringify(body.results ?? [])).not.toContain(username);
      }
    const draft = {
      name: "X",
      starting_time: "2031-01-01T10:00Z",
      end_time: "2031-01-01T11:00Z",
      location: "Y",
    };
    const event = await post("/api/events/", { ...draft, participants: [username] }, { token });
    expect(event.body.event.participants).not.toContain(`user-${there.person.id}`);
  });
});
