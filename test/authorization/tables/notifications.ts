/** The matrix of notifications: everybody has their own only, staff included. */
import { rows, unique } from "../../harness/api.ts";
import { everybody, members, ownerOnly, type Person, type Table } from "../world.ts";

async function noticeOf({ id }: Person): Promise<number> {
  const [made] = await rows<{ id: number }>(
    "INSERT INTO notifications (user_id, type, message, ref, created_at) VALUES (?, 'GENERAL', 'Hello', ?, 1) RETURNING id",
    id,
    unique("ref"),
  );
  return made?.id ?? 0;
}

async function deviceOf({ id: owner }: Person): Promise<string> {
  const id = crypto.randomUUID();
  await rows(
    `INSERT INTO push_subscriptions (id, user_id, session_id, service, address, created_at, updated_at)
     SELECT ?, user_id, id, 'fcm', ?, 1, 1 FROM sessions WHERE user_id = ? LIMIT 1
     ON CONFLICT (session_id, service) DO UPDATE SET id = excluded.id`,
    id,
    unique("token"),
    owner,
  );
  return id;
}

const own = (status: number, path: string, body?: unknown) => ({
  responses: ownerOnly(status),
  ask: async (owner: Person) => ({
    path: path.replace(":id", String(await noticeOf(owner))),
    ...(body === undefined ? {} : { body }),
  }),
});

export const notifications: Table = {
  "GET /api/v1/notifications": { responses: members(200) },
  "GET /api/v1/notifications/unread-count": { responses: members(200) },
  "POST /api/v1/notifications/read-all": { responses: members(200) },
  "POST /api/v1/notifications/:id/read": own(200, "/api/v1/notifications/:id/read/"),
  "GET /api/v1/notifications/settings": { responses: members(200) },
  "PUT /api/v1/notifications/settings": {
    responses: members(200),
    ask: () => ({ body: { kinds: { tasks: { push: true } } } }),
  },
  "GET /api/v1/push/services": { responses: everybody(200) },
  "GET /api/v1/push/subscriptions": { responses: members(200) },
  "POST /api/v1/push/subscriptions": { responses: members(400), ask: () => ({ body: {} }) },
  "DELETE /api/v1/push/subscriptions": { responses: members(204) },
  "DELETE /api/v1/push/subscriptions/:id": {
    responses: ownerOnly(204),
    ask: async (owner) => ({ path: `/api/v1/push/subscriptions/${await deviceOf(owner)}/` }),
  },
  "GET /api/v1/notification": { responses: members(200) },
  "GET /api/v1/notification/:id": own(200, "/api/v1/notification/:id/"),
  "PUT /api/v1/notification/:id": own(200, "/api/v1/notification/:id/", { read: true }),
  "PATCH /api/v1/notification/:id": own(200, "/api/v1/notification/:id/", { read: true }),
  "DELETE /api/v1/notification/:id": own(204, "/api/v1/notification/:id/"),
  "PATCH /api/v1/notification/notification_settings": {
    responses: members(200),
    ask: () => ({ body: { receive_notifications: true } }),
  },
  "GET /api/v1/notification/notification_settings": { responses: members(405) },
};
