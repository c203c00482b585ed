/** The start code: five wrong codes lock it for this assignment by every route, and an operator unlocks it. */
import { describe, expect, test } from "vitest";
import { newPerson } from "../../../authorization/world.ts";
import { type Answer, patch, post, put, rows } from "../../../harness/api.ts";
import { auditOf } from "../../fleet/builders.ts";
import { at, move, orderIn, type Scene, scene, stateOf, truckRow } from "../../scene.ts";

const WRONG = "Неверный код.";
const ENDED = "Слишком много неверных кодов: разблокировать код может оператор.";
const WRONG_CODE = "000000";

type Attempt = (there: Scene, id: string, code: string, settings?: Record<string, string>) => Promise<Answer>;

/** Every route by which a driver starts with a code, and the code's field. */
const ROUTES: Record<string, { start: Attempt; field: string }> = {
  "start/": {
    start: (there, id, code, settings = {}) =>
      post(at(id, "start/"), { code }, { token: there.driver.token, settings }),
    field: "code",
  },
  "PATCH update-status/": {
    start: (there, id, code, settings = {}) =>
      patch(
        at(id, "update-status/"),
        { status: "IN_PROGRESS", start_code: code },
        { token: there.driver.token, settings },
      ),
    field: "start_code",
  },
  "PUT update-status/": {
    start: (there, id, code, settings = {}) =>
      put(
        at(id, "update-status/"),
        { status: "IN_PROGRESS", start_code: code },
        { token: there.driver.token, settings },
      ),
    field: "start_code",
  },
};

async function assigned() {
  const there = await scene();
  const id = await orderIn(there, "ASSIGNED");
  return { there, id, code: (await stateOf(id)).start_code };
}

const wrongFive = async (there: Scene, id: string) => {
  for (let nth = 0; nth < 5; nth++) await ROUTES["start/"]?.start(there, id, WRONG_CODE);
};

/** Every way in which the code opens again. */
const OPENERS: Record<string, (there: Scene, id: string) => Promise<Answer>> = {
  "an operator by start-code/open/": ({ operator }, id) =>
    post(at(id, "start-code/open/"), undefined, { token: operator.token }),
  "an operator in the console": ({ operator }, id) =>
    post(`/api/admin/orders/${id}/actions/open_code/`, undefined, { token: operator.token }),
};

describe.each(Object.entries(ROUTES))("by %s", (_, { start, field }) => {
  test("After five wrong start codes even the right one is refused.", async () => {
    const { there, id, code } = await assigned();
    for (let nth = 0; nth < 5; nth++)
      expect(await start(there, id, WRONG_CODE)).toMatchObject({ status: 400, body: { [field]: [WRONG] } });
    for (const each of [WRONG_CODE, code])
      expect(await start(there, id, each)).toMatchObject({ status: 400, body: { [field]: [ENDED] } });
    expect(await move(there.driver, id, { status: "IN_PROGRESS" })).toMatchObject({
      status: 400,
      body: { start_code: [ENDED] },
    });
    expect((await stateOf(id)).status).toBe("ASSIGNED");
  });

  test("After four wrong start codes the right one is accepted.", async () => {
    const { there, id, code } = await assigned();
    for (let nth = 0; nth < 4; nth++) await start(there, id, WRONG_CODE);
    expect((await start(there, id, code)).status).toBe(200);
  });

  test("Of thirty concurrent wrong start codes five are counted.", async () => {
    const { there, id } = await assigned();
    const responses = await Promise.all(Array.from({ length: 30 }, () => start(there, id, WRONG_CODE)));
    const told = responses.map(({ body }) => body[field]?.[0]);
    expect(told.filter((words) => words === WRONG)).toHaveLength(5);
    expect(told.filter((words) => words === ENDED)).toHaveLength(25);
  });

  test.each(Object.entries(OPENERS))(
    "A locked start code is accepted again after %s unlocks it.",
    async (_name, open) => {
      const { there, id, code } = await assigned();
      await wrongFive(there, id);
      expect((await open(there, id)).status).toBeLessThan(300);
      expect((await start(there, id, WRONG_CODE)).body).toEqual({ [field]: [WRONG] });
      expect((await start(there, id, code)).status).toBe(200);
      expect((await auditOf(`order:${id}`)).some(({ action }) => action.includes("open_code"))).toBe(true);
    },
  );

  test("A new assignment resets the count of wrong start codes.", async () => {
    const { there, id, code } = await assigned();
    await wrongFive(there, id);
    const heir = await newPerson("driver");
    const other = await truckRow({ tariff: there.tariff, driver: heir.id });
    expect((await move(there.operator, id, { tow_truck: other })).status).toBe(200);
    expect((await start({ ...there, driver: heir }, id, code)).status).toBe(200);
  });

  test("With START_CODE=required the right code is accepted.", async () => {
    const { there, id, code } = await assigned();
    expect((await start(there, id, code, { START_CODE: "required" })).status).toBe(200);
  });
});

describe("without a code", () => {
  test("A driver starts without a code while START_CODE is optional, and not when it is required.", async () => {
    const { there, id } = await assigned();
    const bare = (settings: Record<string, string>) =>
      patch(at(id, "update-status/"), { status: "IN_PROGRESS" }, { token: there.driver.token, settings });
    const refused = await bare({ START_CODE: "required" });
    expect([refused.status, refused.body]).toEqual([400, { start_code: ["Обязательное поле."] }]);
    expect((await stateOf(id)).status).toBe("ASSIGNED");
    expect((await bare({ START_CODE: "optional" })).status).toBe(200);
  });

  test("An operator starts without a code, whatever the setting and the number of wrong codes.", async () => {
    const { there, id } = await assigned();
    await wrongFive(there, id);
    const settings = { START_CODE: "required" };
    const started = await patch(
      at(id, "update-status/"),
      { status: "IN_PROGRESS" },
      { token: there.operator.token, settings },
    );
    expect(started.status).toBe(200);
  });
});

test("Only operators unlock a start code, and only that of an assigned order.", async () => {
  const there = await scene();
  const id = await orderIn(there, "CONFIRMED");
  const open = (token: string) => post(at(id, "start-code/open/"), undefined, { token });
  expect(await open(there.operator.token)).toMatchObject({
    status: 400,
    body: { status: ["Код действует только для назначенных заказов, а статус этого — CONFIRMED."] },
  });
  expect((await open(there.client.token)).status).toBe(403);
  expect(await rows("SELECT code_tries FROM orders WHERE id = ?", id)).toEqual([{ code_tries: 0 }]);
});
