/** A person who uploads, pictures of any size, and the rows and objects that are left. */
import { createExecutionContext, createScheduledController, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect } from "vitest";
import worker from "../../src/index.ts";
import {
  finishUpload,
  type StartedUpload,
  startUpload,
  type UploadStart,
} from "../../src/modules/files/index.ts";
import type { Caller } from "../../src/platform/http/caller.ts";
import type { RequestContext } from "../../src/platform/runtime.ts";
import { type Person, person, rows, send } from "../harness/api.ts";
import { jobContext } from "../harness/job-context.ts";
import { picture } from "../harness/pictures/pictures.ts";

export const LIMIT = 10_485_760;
export const HOUR = 3600_000;

export interface Uploader extends Person {
  readonly caller: Caller;
}

/** Registers a person, with the caller that services need. */
export async function uploader(): Promise<Uploader> {
  const who = await person("uploader");
  const caller: Caller = {
    userId: who.id,
    sessionId: "none",
    userType: "CLIENT",
    isStaff: false,
    expiresAt: Number.MAX_SAFE_INTEGER,
  };
  return { ...who, caller };
}

let subjects = 1_000_000;
/** The id of a post that nobody else's picture is of. */
export const newSubject = () => ++subjects;

export { PICTURE_TYPES, picture } from "../harness/pictures/pictures.ts";

/** A file with this content, by default named as a JPEG. */
export const fileOf = (content: string | Uint8Array<ArrayBuffer>, name = "car.jpg", type = "image/jpeg") =>
  new File([content], name, { type });

export const PAGE = "<html><script>alert(1)</script></html>";

/** A request context, with changes such as another clock. */
export function contextAt(changes: Partial<RequestContext> = {}): RequestContext {
  return jobContext({ requestOrigin: "http://caravan.test", origin: "http://caravan.test", ...changes }).ctx;
}

/** Starts an upload and returns its form. */
export function start(who: Uploader, changes: Partial<UploadStart> = {}, ctx = contextAt()) {
  const asked = {
    purpose: "car_image",
    subjectId: newSubject(),
    fileName: "car.jpg",
    fileType: "image/jpeg",
    ...changes,
  } as const;
  return startUpload(ctx, who.caller, asked);
}

/** Finishes an upload; returns its id, or throws the refusal. */
export const finish = (who: Uploader, id: number, ctx = contextAt()) => finishUpload(ctx, who.caller, id);

/** As the shipped client builds it: every field in order, then the file. */
export function formOf(upload: Pick<StartedUpload, "fields">, file: File | string | null): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(upload.fields)) form.append(name, value);
  if (file !== null) form.append("file", file);
  return form;
}

/** Sends the form of an upload; returns status, body and headers of the answer. */
export async function sendForm(
  who: Pick<Person, "token"> | null,
  upload: Pick<StartedUpload, "url" | "fields">,
  file: File | string | null,
) {
  const answer = await send(
    new Request(upload.url, {
      method: "POST",
      body: formOf(upload, file),
      headers: { "accept-language": "en", ...(who ? { authorization: `Bearer ${who.token}` } : {}) },
    }),
  );
  const text = await answer.text();
  return { status: answer.status, body: text === "" ? null : JSON.parse(text), headers: answer.headers };
}

/** Started, sent and finished. */
export async function uploaded(who: Uploader, changes: Partial<UploadStart> = {}, bytes = picture()) {
  const upload = await start(who, changes);
  const { status } = await sendForm(who, upload, fileOf(bytes));
  expect(status).toBe(204);
  await finish(who, upload.id);
  return { ...upload, key: keyOf(upload) };
}

/** The object key of an upload. */
export const keyOf = (upload: Pick<StartedUpload, "fields">) => upload.fields.key ?? "";

/** Returns a person's rows of files. */
export const filesOf = (who: Pick<Person, "id">) =>
  rows<{ id: number; key: string; status: string; size: number | null; content_type: string }>(
    "SELECT id, key, status, size, content_type FROM files WHERE owner_id = ? ORDER BY id",
    who.id,
  );

/** Returns the keys of a person's objects in the bucket, incoming ones included. */
export async function objectsOf(who: Pick<Person, "id">): Promise<string[]> {
  const folders = ["shared/cars", "private/documents"].flatMap((folder) => [
    `${folder}/${who.id}/`,
    `incoming/${folder}/${who.id}/`,
  ]);
  const lists = await Promise.all(folders.map((prefix) => env.BUCKET.list({ prefix })));
  return lists.flatMap(({ objects }) => objects.map(({ key }) => key));
}

/** Runs a cron job, by default that of each minute. */
export async function tick(cron = "* * * * *"): Promise<void> {
  const context = createExecutionContext();
  await worker.scheduled(createScheduledController({ cron, scheduledTime: new Date() }), env, context);
  await waitOnExecutionContext(context);
}

/** Expects that the sweep and the queue delete all rows and objects of a person. */
export async function expectNothingLeft(who: Pick<Person, "id">): Promise<void> {
  expect(await filesOf(who)).toEqual([]);
  await tick();
  await expect.poll(() => objectsOf(who), { timeout: 10_000 }).toEqual([]);
}
