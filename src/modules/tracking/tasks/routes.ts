/** `/api/v1/tasks/…`: tasks at places, and the caller's progress with them. */

import type { Caller } from "../../../platform/http/caller.ts";
import { forbidden, notFound } from "../../../platform/http/errors.ts";
import { integer } from "../../../platform/http/input/fields.ts";
import { parse } from "../../../platform/http/input/validation.ts";
import { type Route, respond, route } from "../../../platform/http/route.ts";
import type { Text } from "../../../platform/http/text.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { FILE_FORM_LIMIT } from "../../../platform/storage/pictures/types.ts";
import { z } from "../../../platform/zod.ts";
import { jsonResponse } from "../json.ts";
import { addTask, changeTask, removeTask, setUserStatus, type TaskFacts } from "./commands.ts";
import { addPhoto, photoUrls } from "./photos.ts";
import { findTask, listTasks, type Task, type TaskList } from "./queries.ts";
import {
  FlatTask,
  NewTask,
  PhotoForm,
  PhotoWire,
  readFlatTask,
  readPhoto,
  readPlace,
  readStatus,
  StatusChange,
  TaskChange,
  TaskWire,
  texts,
  toPhotoWire,
  toTaskChange,
  toTaskFacts,
  toTaskWire,
} from "./schemas.ts";

const tag = "Tasks";
const challenge = "Token";
const path = "/api/v1/tasks";
const params = z.object({ id: integer({ min: 1 }) });

const noTask = () => notFound(texts.noTask);

function requireStaff(caller: Caller, refusal: Text): void {
  if (!caller.isStaff) throw forbidden(refusal);
}

async function requireTask(ctx: RequestContext, caller: Caller, id: number): Promise<Task> {
  const task = await findTask(ctx, caller, id);
  if (!task) throw noTask();
  return task;
}

async function tasksResponse(ctx: RequestContext, tasks: readonly Task[]): Promise<Response> {
  const urls = await photoUrls(ctx, tasks);
  return jsonResponse(
    200,
    tasks.map((task) => toTaskWire(task, urls)),
  );
}

async function taskResponse(ctx: RequestContext, status: 200 | 201, task: Task): Promise<Response> {
  return jsonResponse(status, toTaskWire(task, await photoUrls(ctx, [task])));
}

const list = (place: string, which: TaskList, summary: string) =>
  route({
    method: "get",
    path: place,
    tag,
    challenge,
    summary,
    access: "signedIn",
    responses: { 200: z.array(TaskWire) },
    handle: async ({ ctx, caller }) => tasksResponse(ctx, await listTasks(ctx, caller, which)),
  });

async function create(ctx: RequestContext, caller: Caller, facts: TaskFacts): Promise<Response> {
  return taskResponse(ctx, 201, await addTask(ctx, caller, facts));
}

const add = route({
  method: "post",
  path,
  tag,
  challenge,
  summary: "Add a task",
  description: "Staff only. Recently active users are notified at once.",
  access: "signedIn",
  creates: true,
  body: NewTask,
  responses: { 201: TaskWire },
  async handle({ ctx, caller, body }) {
    const facts = toTaskFacts(body);
    requireStaff(caller, texts.staffCreates);
    return create(ctx, caller, facts);
  },
});

const addFlat = route({
  method: "post",
  path: `${path}/create-task`,
  tag,
  challenge,
  summary: "Add a task from flat fields",
  description: "Staff only.",
  access: "signedIn",
  creates: true,
  body: FlatTask,
  responses: { 201: TaskWire },
  async handle({ ctx, caller, body }) {
    requireStaff(caller, texts.staffCreates);
    return create(ctx, caller, readFlatTask(body, parse));
  },
});

const read = route({
  method: "get",
  path: `${path}/:id{\\d+}`,
  tag,
  challenge,
  summary: "Read a task",
  access: "signedIn",
  params,
  responses: { 200: TaskWire },
  handle: async ({ ctx, caller, params }) =>
    taskResponse(ctx, 200, await requireTask(ctx, caller, params.id)),
});

const change = (method: "put" | "patch") =>
  route({
    method,
    path: `${path}/:id{\\d+}`,
    tag,
    challenge,
    summary: method === "put" ? "Replace a task" : "Change a task",
    description: "Staff only.",
    access: "signedIn",
    params,
    body: method === "put" ? NewTask : TaskChange,
    responses: { 200: TaskWire },
    async handle({ ctx, caller, params, body }) {
      requireStaff(caller, texts.staffOnly);
      const task = await requireTask(ctx, caller, params.id);
      const changed = await changeTask(ctx, caller, task, toTaskChange(body));
      if (!changed) throw noTask();
      return taskResponse(ctx, 200, changed);
    },
  });

const remove = route({
  method: "delete",
  path: `${path}/:id{\\d+}`,
  tag,
  challenge,
  summary: "Delete a task with its photos",
  description: "Staff only.",
  access: "signedIn",
  params,
  responses: { 204: null },
  async handle({ ctx, caller, params }) {
    requireStaff(caller, texts.staffOnly);
    if (!(await removeTask(ctx, caller, await requireTask(ctx, caller, params.id)))) throw noTask();
    return respond(204, null);
  },
});

const updateStatus = route({
  method: "patch",
  path: `${path}/:id{\\d+}/update_status`,
  tag,
  challenge,
  summary: "Set your progress with a task",
  access: "signedIn",
  params,
  body: StatusChange,
  responses: { 200: TaskWire },
  async handle({ ctx, caller, params, body }) {
    const task = await requireTask(ctx, caller, params.id);
    return taskResponse(ctx, 200, await setUserStatus(ctx, caller, task, readStatus(body.status)));
  },
});

const uploadPhoto = route({
  method: "post",
  path: `${path}/:id{\\d+}/upload_photo`,
  tag,
  challenge,
  summary: "Upload a photo for a task",
  description: "Completes the task for the caller.",
  access: "signedIn",
  creates: true,
  params,
  body: PhotoForm,
  multipartLimit: FILE_FORM_LIMIT,
  responses: { 201: PhotoWire },
  async handle({ ctx, caller, params, body }) {
    const task = await requireTask(ctx, caller, params.id);
    const file = readPhoto(body.photo);
    const photo = await addPhoto(ctx, caller, task, file, readPlace(body.latitude, body.longitude));
    if (!photo) throw noTask();
    const urls = await photoUrls(ctx, [{ ...task, photos: [photo] }]);
    return jsonResponse(201, toPhotoWire(photo, urls));
  },
});

export const taskRoutes: readonly Route[] = [
  list(path, "all", "List tasks; staff sees all, others not those completed before they registered"),
  add,
  addFlat,
  list(`${path}/my_tasks`, "own", "List your tasks"),
  list(`${path}/completed`, "completed", "List tasks that are completed for all or by you"),
  read,
  change("put"),
  change("patch"),
  remove,
  updateStatus,
  uploadPhoto,
];
