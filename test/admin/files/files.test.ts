/** Files of rows in the console: each declared field × upload, replacement, removal, refusals, rights, two at once. */
import { beforeAll, describe, expect, test } from "vitest";
import { catalogue } from "../../../src/modules/admin/catalogue.ts";
import { rightsTo } from "../../../src/modules/admin/rights.ts";
import { newPerson, type Person } from "../../authorization/world.ts";
import { type Answer, call, get, send } from "../../harness/api.ts";
import { pdf, picture } from "../../harness/pictures/pictures.ts";
import { logOf } from "../requests.ts";
import { limitTo, memberWith } from "../rights/groups.ts";
import { formWith, ROWS, type RowWithFile } from "./rows.ts";

const cases = catalogue.flatMap((resource) =>
  Object.entries(resource.fields).flatMap(([field, { file }]) =>
    file ? [{ name: `${resource.name}.${field}`, resource, field, store: file }] : [],
  ),
);

let staff: Person;
let operator: Person;
beforeAll(async () => {
  staff = await newPerson("staff");
  operator = await newPerson("operator");
});

const PNG = picture(300, "image/png");
const JPEG = picture(500, "image/jpeg");
const HTML = "<html><script>alert(1)</script></html>";
const load = (url: string) => send(new Request(new URL(url, "http://caravan.test")));

test("Every field with a file has a row here.", () => {
  expect(cases.map(({ name }) => name).sort()).toEqual(Object.keys(ROWS).sort());
});

describe.each(cases)("$name", ({ name, resource, field, store }) => {
  const make = ROWS[name] as () => Promise<RowWithFile>;
  const rowPath = ({ id }: RowWithFile) => `/api/admin/${resource.name}/${id}/`;
  const filePath = (row: RowWithFile) => `${rowPath(row)}files/${field}/`;
  const as = (version: string | undefined, who: Person | null = staff, language = "en") => ({
    ...(who ? { token: who.token } : {}),
    headers: { "accept-language": language, ...(version === undefined ? {} : { "if-match": version }) },
  });
  const upload = (row: RowWithFile, body: FormData, version: string | undefined, who?: Person | null) =>
    call("PUT", filePath(row), { body, ...as(version, who) });
  const remove = (row: RowWithFile, version: string | undefined, who?: Person | null) =>
    call("DELETE", filePath(row), as(version, who));
  const fileOf = ({ body }: Answer) => body[field];
  const shown = async (row: RowWithFile) => fileOf(await get(rowPath(row), { token: staff.token }));
  const versionOf = async (row: RowWithFile): Promise<string> => (await shown(row))?.version ?? "none";
  /** A row with a file that staff uploaded. */
  async function filled() {
    const row = await make();
    const { status, body } = await upload(row, formWith(PNG), `"${await versionOf(row)}"`);
    expect([status, body[field].type]).toEqual([200, "image/png"]);
    return { row, value: body[field] as { url: string; version: string } };
  }

  test("An uploaded file is shown with its facts in record and list, and read by the app at once.", async () => {
    const { row, value } = await filled();
    const facts = { size: 300, uploaded_at: expect.stringMatching(/^\d{4}-/), type: "image/png" };
    expect(await shown(row)).toMatchObject({ ...facts, url: value.url });
    const list = await get(`/api/admin/${resource.name}/?ids=${row.id}`, { token: staff.token });
    expect(list.body.results[0][field]).toMatchObject({ version: value.version, url: value.url });
    expect(new URL((await row.inApp()) ?? "").pathname).toBe(new URL(value.url).pathname);
    const served = await load(value.url);
    expect([served.status, await served.bytes()]).toEqual([200, PNG]);
  });

  test("A replaced and a removed file are gone, the apps know at once, and the audit log has both.", async () => {
    const { row, value } = await filled();
    const answer = await upload(row, formWith(JPEG, "second.jpg", "image/jpeg"), `"${value.version}"`);
    expect(answer.status).toBe(200);
    const next = fileOf(answer);
    expect(next).toMatchObject({ type: "image/jpeg", size: 500 });
    expect(new URL((await row.inApp()) ?? "").pathname).toBe(new URL(next.url).pathname);
    expect((await load(next.url)).status).toBe(200);
    const log = async () =>
      (await logOf(`${resource.subject}:${row.id}`)).map(({ id, action, actor_id, before, after }) => ({
        id,
        by: [action, actor_id],
        before: JSON.parse(before ?? "null"),
        after: JSON.parse(after ?? "null"),
      }));
    const [uploaded, replaced] = (await log()).slice(-2);
    const by = [`${resource.subject}.change`, staff.id];
    expect(uploaded).toMatchObject({ by, after: { [field]: { name: "face.png" } } });
    expect(replaced).toMatchObject({ by, after: { [field]: { name: "second.jpg" } } });
    expect(replaced?.before).toMatchObject({ [field]: {} });

    const { status } = await remove(row, `"${next.version}"`);
    if (store.remove) {
      expect([status, await shown(row), await row.inApp()]).toEqual([204, null, null]);
      const removed = (await log()).at(-1);
      expect(removed).toMatchObject({ by, after: { [field]: null } });
      // Once more there is nothing to do, and nothing is logged.
      expect((await remove(row, '"none"')).status).toBe(204);
      expect((await log()).at(-1)).toEqual(removed);
    } else expect([status, (await load(next.url)).status]).toEqual([409, 200]);

    const gone = store.remove ? [value.url, next.url] : [value.url];
    const statuses = () => Promise.all(gone.map(async (url) => (await load(url)).status));
    await expect.poll(statuses, { timeout: 5000 }).toEqual(gone.map(() => 404));
  });

  test("What is no picture, empty or too large is refused in the operator's language, and the file stays.", async () => {
    const { row, value } = await filled();
    const documents = store.accepted === "documents";
    const paper = formWith(pdf("Licence"), "scan.pdf", "application/pdf");
    const wrong: [FormData, RegExp][] = [
      [
        formWith(HTML, "face.jpg", "image/jpeg"),
        documents ? /изображение.*или PDF/ : /не является изображением/,
      ],
      [formWith("", "face.jpg", "image/jpeg"), /пуст/],
      [formWith(new Uint8Array(10 * 1024 * 1024 + 1)), /больше 10 МБ/],
      ...(documents ? [] : [[paper, /не является изображением/] as [FormData, RegExp]]),
    ];
    for (const [body, words] of wrong) {
      const answer = await call("PUT", filePath(row), { body, ...as("*", staff, "ru") });
      expect(answer.status).toBe(400);
      expect(answer.body.file.join(" ")).toMatch(words);
    }
    expect((await call("PUT", filePath(row), { body: {}, ...as("*") })).status).toBe(400);
    expect((await shown(row)).version).toBe(value.version);
    expect((await load(value.url)).status).toBe(200);
    if (documents) expect((await upload(row, paper, "*")).status).toBe(200);
  });

  test("Only who may edit the record may change its file; others hear it before the file is looked at.", async () => {
    const row = await make();
    const status = async (who: Person | null) => [
      (await upload(row, formWith(HTML), "*", who)).status,
      (await remove(row, "*", who)).status,
    ];
    const client = await newPerson("owner");
    const mayEdit = resource.rights.operator.includes("edit");
    expect(await status(null)).toEqual([401, 401]);
    expect(await status(client)).toEqual([403, 403]);
    if (!mayEdit) expect(await status(operator)).toEqual([403, 403]);
    const gone = { ...row, id: 987_654_321 };
    expect((await upload(gone, formWith(PNG), "*")).status).toBe(404);
    expect((await remove(gone, "*")).status).toBe(404);
    const other = call("PUT", `${rowPath(row)}files/id/`, { body: formWith(PNG), ...as("*") });
    expect((await other).status).toBe(404);
  });

  test("A group changes the file by the right to edit these records, and by no other.", async () => {
    const row = await make();
    const member = await memberWith([`${resource.name}:read`, `${resource.name}:edit`]);
    expect((await upload(row, formWith(PNG), "*", member)).status).toBe(200);
    const all = catalogue.flatMap(rightsTo).filter((right) => right !== `${resource.name}:edit`);
    await limitTo(member, all);
    expect((await upload(row, formWith(PNG), "*", member)).status).toBe(403);
    expect((await remove(row, "*", member)).status).toBe(403);
  });

  test("A change names the file that was read; of two at once one wins and the other is told.", async () => {
    const { row, value } = await filled();
    expect((await upload(row, formWith(PNG), undefined)).status).toBe(428);
    expect((await remove(row, undefined)).status).toBe(428);
    expect((await upload(row, formWith(PNG), '"none"')).status).toBe(412);
    expect((await remove(row, '"another"')).status).toBe(412);
    const both = await Promise.all([
      upload(row, formWith(PNG, "one.png"), `"${value.version}"`),
      upload(row, formWith(JPEG, "two.jpg", "image/jpeg"), `"${value.version}"`),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
    const winner = both.find(({ status }) => status === 200) as Answer;
    expect((await shown(row)).version).toBe(fileOf(winner).version);
    expect((await load(fileOf(winner).url)).status).toBe(200);
  });

  test("A private file opens by its signed URL only, and is cached by nobody else.", async () => {
    const { value } = await filled();
    const served = await load(value.url);
    const isPrivate = new URL(value.url).pathname.startsWith("/media/private/");
    expect(isPrivate).toBe(store.accepted === "documents");
    if (!isPrivate) return;
    expect(served.headers.get("cache-control")).toMatch(/^private, max-age=/);
    expect((await load(new URL(value.url).pathname)).status).toBe(403);
  });
});

test("A group that may edit people changes no picture of an operator.", async () => {
  const member = await memberWith(["users:read", "users:edit"]);
  const path = `/api/admin/users/${operator.id}/files/avatar/`;
  const request = { body: formWith(PNG), token: member.token, headers: { "if-match": "*" } };
  expect((await call("PUT", path, request)).status).toBe(403);
  expect((await call("DELETE", path, { ...request, body: undefined })).status).toBe(403);
});

test("A record's file can't be written as a field.", async () => {
  const row = await (ROWS["car-posts.image"] as () => Promise<RowWithFile>)();
  const path = `/api/admin/car-posts/${row.id}/`;
  const answer = await call("PATCH", path, {
    body: { image: { key: "private/documents/1/x" } },
    token: staff.token,
    headers: { "if-match": "*", "accept-language": "en" },
  });
  expect(answer).toMatchObject({ status: 400, body: { image: [expect.stringContaining("read-only")] } });
});
