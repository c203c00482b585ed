/** Requests to take part that are refused, with the text for each fault, and requests just inside the limits. */
import { describe, expect, test } from "vitest";
import { post, rows } from "../../harness/api.ts";
import { ask, birthday, createEvent, createRequest, guest, PARTICIPATION, toldOf } from "../fixtures.ts";

const REPEATED = { non_field_errors: ["Заявка на участие в мероприятии уже отправлена."] };
const requestsOf = (event: number) => rows("SELECT id FROM participation_requests WHERE event_id = ?", event);

describe("an invalid request", () => {
  async function refused(changes: object, born?: string) {
    const [host, ann] = [await guest(), await guest()];
    if (born) await birthday(ann, born);
    const event = await createEvent(host, changes);
    const { status, body } = await ask(ann, event);
    if (status === 201) return null;
    expect(await requestsOf(event)).toEqual([]);
    expect(await toldOf(host)).toEqual([]);
    return { status, body };
  }
  const said = (words: string) => ({ status: 400, body: { non_field_errors: [words] } });
  const bornYearsAgo = (years: number, days = 0) => {
    const day = new Date(Date.now() + days * 24 * 3600_000);
    day.setUTCFullYear(day.getUTCFullYear() - years);
    return day.toISOString().slice(0, 10);
  };
  const OVER = said("Мероприятие уже прошло.");
  const AGE = said("Ваш возраст не подходит для этого мероприятия.");
  const UNKNOWN = said("У мероприятия есть ограничение по возрасту: укажите дату рождения в профиле.");

  test.each<[string, object, string | undefined, object | null]>([
    ["an event that is over", { start_date: "2020-01-01", end_date: "2020-01-02" }, undefined, OVER],
    ["an event of last year without an end", { start_date: "2020-01-01" }, undefined, OVER],
    ["an applicant who is too young", { min_age: 18 }, bornYearsAgo(18, 1), AGE],
    ["an applicant who is too old", { max_age: 18 }, bornYearsAgo(19), AGE],
    ["an applicant of unknown age", { min_age: 18 }, undefined, UNKNOWN],
  ])("A request is refused with a text for %s.", async (_, changes, born, answer) => {
    expect(await refused(changes, born)).toEqual(answer);
  });

  test.each<[string, object, string | undefined]>([
    ["an event that is still on", { start_date: "2020-01-01", end_date: "2041-01-02" }, undefined],
    ["an event that starts now", { start_date: undefined }, undefined],
    ["an applicant who is just old enough", { min_age: 18 }, bornYearsAgo(18)],
    ["an applicant who is just young enough", { max_age: 18 }, bornYearsAgo(19, 1)],
    ["an applicant of unknown age without an age limit", {}, undefined],
  ])("A request is accepted for %s.", async (_, changes, born) => {
    expect(await refused(changes, born)).toBeNull();
  });

  test("Requests to your own event, a second request, and a member's request are refused.", async () => {
    const [host, ann, bob] = [await guest(), await guest(), await guest()];
    const event = await createEvent(host, { members: [{ id: bob.id }] });
    expect(await ask(host, event)).toMatchObject(said("Вы организатор этого мероприятия."));
    await createRequest(ann, event);
    expect(await ask(ann, event)).toMatchObject({ status: 400, body: REPEATED });
    expect(await ask(bob, event)).toMatchObject({ status: 400, body: REPEATED });
    expect(await requestsOf(event)).toHaveLength(1);
    expect(await toldOf(host)).toHaveLength(1);
  });

  test.each<[unknown, string]>([
    [undefined, "Обязательное поле."],
    [null, "Это поле не может быть пустым."],
    [99_999_999, 'Недопустимый первичный ключ "99999999" - объект не существует.'],
    ["бал", "Некорректный тип. Ожидалось значение первичного ключа, получен str."],
  ])("A request for the event %j is refused with a text.", async (event, words) => {
    expect(await post(PARTICIPATION, { event }, (await guest()).with)).toMatchObject({
      status: 400,
      body: { event: [words] },
    });
  });

  test("An anonymous request is refused.", async () => {
    expect((await post(PARTICIPATION, { event: await createEvent(await guest()) })).status).toBe(401);
  });
});
