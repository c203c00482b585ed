/** Each person's own state of a task. */
import { beforeAll, describe, expect, test } from "vitest";
import { get, type Person, patch, person, post, rows, staffMember } from "../../../harness/api.ts";
import { taskRow } from "../../../tracking/fixtures.ts";

const PATH = "/api/tasks/";

let ann: Person;
let staff: Person;
beforeAll(async () => {
  [ann, staff] = await Promise.all([person(), staffMember()]);
});

describe("update_status", () => {
  const frames = (id: number) =>
    rows(
      "SELECT address, payload FROM outbox WHERE kind = 'task_notice' AND payload ->> '$.body.task_id' = ?",
      id,
    );

  test("The route update_status changes the caller's state only, not the task's.", async () => {
    const id = await taskRow();
    const answer = await patch(
      `${PATH}${id}/update_status/`,
      { status: "in_progress" },
      { token: ann.token },
    );
    expect(answer.body).toMatchObject({ id, user_status: "in_progress", status: "pending" });
    expect((await get(`${PATH}${id}/`, { token: staff.token })).body.user_status).toBe("pending");
    expect(await frames(id)).toEqual([{ address: `user:${ann.id}`, payload: expect.any(String) }]);
  });

  test("The route update_status notifies nobody if the state stays the same.", async () => {
    const id = await taskRow();
    const say = (status: string) => patch(`${PATH}${id}/update_status/`, { status }, { token: ann.token });
    expect((await say("pending")).body.user_status).toBe("pending");
    expect(await frames(id)).toEqual([]);
    await say("completed");
    await say("completed");
    expect(await frames(id)).toHaveLength(1);
    await say("pending");
    expect(await frames(id)).toHaveLength(2);
  });

  test.each([["zzz"], [undefined], [null], [["pending"]]])(
    "The route update_status refuses %j as a state.",
    async (status) => {
      const answer = await patch(
        `${PATH}${await taskRow()}/update_status/`,
        { status },
        { token: ann.token },
      );
      expect([answer.status, answer.body]).toEqual([
        400,
        { error: "Nieprawidłowa wartość statusu. Musi być jedna z: pending, in_progress, completed" },
      ]);
    },
  );

  test("The route update_status is a PATCH and requires an existing task.", async () => {
    const posted = await post(`${PATH}${await taskRow()}/update_status/`, {}, { token: ann.token });
    expect([posted.status, posted.body]).toEqual([405, { detail: 'Method "POST" not allowed.' }]);
    const missing = await patch(`${PATH}999999/update_status/`, { status: "pending" }, { token: ann.token });
    expect([missing.status, missing.body]).toEqual([404, { detail: "No Task matches the given query." }]);
  });
});
