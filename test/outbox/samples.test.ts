/** The sample data: something of everything, and nothing more when it is loaded again. */
import { expect, test } from "vitest";
import { get, post, rows } from "../harness/api.ts";

test("Loading the samples again creates nothing.", async () => {
  await post("/dev/samples/", {});
  const count = async () => {
    const [row] = await rows(`SELECT
      (SELECT count(*) FROM friendships f JOIN users u ON u.id = f.initiator_id WHERE u.username IN ('client1', 'driver1')) AS friends,
      (SELECT count(*) FROM chats c JOIN users u ON u.id = c.initiator_id WHERE u.username = 'client1') AS chats,
      (SELECT count(*) FROM events e JOIN users u ON u.id = e.creator_id WHERE u.username = 'client1') AS events,
      (SELECT count(*) FROM tasks WHERE title = 'Photograph the bridge') AS tasks,
      (SELECT count(*) FROM support_tickets t JOIN users u ON u.id = t.author_id WHERE u.username = 'client1'
        AND t.subject = 'Как оплатить картой?') AS tickets`);
    return row;
  };
  // Other tests may have loaded them before, and deleted what they found. A fresh load is tested with the whole server.
  const loaded = await count();
  expect(Math.max(...Object.values(loaded ?? {}).map(Number))).toBe(1);
  await post("/dev/samples/", {});
  expect(await count()).toEqual(loaded);
});

test("The sample people see each other in Find Friend's list, and no staff.", async () => {
  await post("/dev/samples/", {});
  const credentials = { email: "client1@example.com", password: "password123" };
  const { body } = await post("/api/v1/auth/token/login/", credentials);
  const friend = await get("/api/v1/users/?email=driver1@example.com", { key: body.auth_token });
  expect(friend.body.results).toMatchObject([
    { first_name: "Владимир", email: "driver1@example.com", birthday: "1989-11-02" },
  ]);
  const staff = await get("/api/v1/users/?email=admin@example.com", { key: body.auth_token });
  expect(staff.body.results).toEqual([]);
});
