/** The matrix of tracks and tasks: a track is for its owner and staff, latest places and tasks are for everybody signed in, staff writes tasks. */
import { archived, newTask, photoForm, reportOf, taskRow, warsaw } from "../../tracking/fixtures.ts";
import { everybody, members, type Person, type Row, type Statuses, staffOnly, type Table } from "../world.ts";

/** What others may not even know of. */
const ownOrStaff = (status: number): Statuses => [401, 404, status, 404, 404, status];

const place = { location: warsaw };

const ofReport = (prefix: string, responses: Statuses, body?: unknown): Row => ({
  responses,
  ask: async (owner) => {
    const id = await reportOf(owner);
    // The room must not copy the report to the database while the traces of the request are compared.
    await archived(owner);
    return { path: `${prefix}/location-reports/${id}/`, ...(body === undefined ? {} : { body }) };
  },
});

const ofTask = (prefix: string, responses: Statuses, rest = "", body?: () => unknown): Row => ({
  responses,
  ask: async () => ({
    path: `${prefix}/tasks/${await taskRow()}/${rest}`,
    ...(body === undefined ? {} : { body: body() }),
  }),
});

/** REST paths are mounted under both prefixes. */
function rest(prefix: string): Table {
  const [reports, tasks] = [`${prefix}/location-reports`, `${prefix}/tasks`];
  const flat = () => ({ body: { ...newTask(), ...warsaw } });
  return {
    [`GET ${reports}`]: { responses: members(200) },
    [`POST ${reports}`]: { responses: members(201), ask: () => ({ body: place }) },
    [`POST ${reports}/batch`]: { responses: members(201), ask: () => ({ body: { points: [warsaw] } }) },
    // Open to signed-in people, as its contract has it.
    [`GET ${reports}/latest`]: { responses: members(200), shows: ["place"] },
    [`GET ${reports}/my_track`]: { responses: members(200) },
    // Not even the caller's own, which is `my_track`.
    [`GET ${reports}/user-track/:id{\\d+}`]: {
      responses: staffOnly(200),
      ask: ({ id }: Person) => ({ path: `${reports}/user-track/${id}/` }),
    },
    [`GET ${reports}/:id{\\d+}`]: ofReport(prefix, ownOrStaff(200)),
    [`PUT ${reports}/:id{\\d+}`]: ofReport(prefix, ownOrStaff(200), place),
    [`PATCH ${reports}/:id{\\d+}`]: ofReport(prefix, ownOrStaff(200), { accuracy: 3 }),
    [`DELETE ${reports}/:id{\\d+}`]: ofReport(prefix, ownOrStaff(204)),
    [`GET ${tasks}`]: { responses: members(200) },
    [`POST ${tasks}`]: { responses: staffOnly(201), ask: () => ({ body: newTask() }) },
    [`POST ${tasks}/create-task`]: { responses: staffOnly(201), ask: flat },
    [`GET ${tasks}/my_tasks`]: { responses: members(200) },
    [`GET ${tasks}/completed`]: { responses: members(200) },
    [`GET ${tasks}/:id{\\d+}`]: ofTask(prefix, members(200)),
    [`PUT ${tasks}/:id{\\d+}`]: ofTask(prefix, staffOnly(200), "", newTask),
    [`PATCH ${tasks}/:id{\\d+}`]: ofTask(prefix, staffOnly(200), "", () => ({ status: "in_progress" })),
    [`DELETE ${tasks}/:id{\\d+}`]: ofTask(prefix, staffOnly(204)),
    [`PATCH ${tasks}/:id{\\d+}/update_status`]: ofTask(prefix, members(200), "update_status/", () => ({
      status: "in_progress",
    })),
    [`POST ${tasks}/:id{\\d+}/upload_photo`]: ofTask(prefix, members(201), "upload_photo/", photoForm),
  };
}

export const tracking: Table = {
  "GET /api": { responses: everybody(200) },
  ...rest("/api/v1"),
  ...rest("/api"),
};
