/** The matrix of accounts: every app's sign-up and sign-in, the caller's own account, and what staff changes. */
import { rows } from "../../harness/api.ts";
import { keyFor } from "../../identity/api-keys/key-holders.ts";
import { everybody, members, ownerOnly, ownerOrStaff, type Person, type Table } from "../world.ts";

/** A passkey of the owner's, and the path of it. */
async function passkeyOf({ id }: Person): Promise<string> {
  const [made] = await rows<{ id: number }>(
    `INSERT INTO passkeys (user_id, credential_id, public_key, counter, transports, is_synced, name, created_at)
     VALUES (?1, lower(hex(randomblob(16))), 'key', 0, '[]', 0, 'Phone', 1) RETURNING id`,
    id,
  );
  return `/api/v1/auth/passkeys/${made?.id}/`;
}

/** A public route: its status for an empty body, whatever the role. */
const openRoute = (status = 400) => ({ responses: everybody(status), ask: () => ({ body: {} }) });
/** A route about the caller's own account, for every role. */
const own = (status: number, body?: unknown) => ({ responses: members(status), ask: () => ({ body }) });
const user = ({ id }: Person) => `/api/user/${id}/`;

export const accounts: Table = {
  "POST /api/v1/auth/register": openRoute(),
  "POST /api/v1/auth/login": openRoute(),
  "POST /api/v1/auth/token/refresh": openRoute(),
  "POST /api/v1/auth/password/reset": openRoute(),
  "POST /api/v1/auth/password/reset/confirm": openRoute(),
  "GET /api/v1/auth/profile": own(200),
  "PUT /api/v1/auth/profile": own(200, { first_name: "Anna" }),
  "PATCH /api/v1/auth/profile": own(200, { first_name: "Anna" }),
  "DELETE /api/v1/auth/profile": own(204),
  "POST /api/v1/auth/phone/confirm": own(400, { code: "000000" }),
  "POST /api/v1/auth/logout": own(204),
  "GET /api/v1/auth/sessions": own(200),
  "DELETE /api/v1/auth/sessions": own(204),
  "DELETE /api/v1/auth/sessions/:id": {
    responses: ownerOnly(204),
    ask: ({ sessionId }) => ({ path: `/api/v1/auth/sessions/${sessionId}/` }),
  },
  "GET /api/v1/users/me/export": own(200),

  "GET /api/v1/auth/api-keys": own(200),
  "GET /api/v1/auth/api-keys/scopes": own(200),
  "POST /api/v1/auth/api-keys": own(201, { name: "Billing", scopes: ["orders:read"] }),
  "DELETE /api/v1/auth/api-keys/:id": {
    responses: ownerOnly(204),
    ask: async ({ id }) => ({ path: `/api/v1/auth/api-keys/${(await keyFor(id, [])).id}/` }),
  },
  "GET /api/v1/auth/factors": own(200),
  "POST /api/v1/auth/factors/totp": own(201, {}),
  "POST /api/v1/auth/factors/totp/confirm": own(400, { otp: "000000" }),
  "DELETE /api/v1/auth/factors/totp": own(404, {}),
  "POST /api/v1/auth/factors/recovery-codes": own(404, {}),
  "GET /api/v1/auth/passkeys": own(200),
  "POST /api/v1/auth/passkeys/options": own(200, {}),
  "POST /api/v1/auth/passkeys": own(400, {}),
  "PATCH /api/v1/auth/passkeys/:id": {
    responses: ownerOnly(200),
    ask: async (owner) => ({ path: await passkeyOf(owner), body: { name: "Tablet" } }),
  },
  // The owner has a second factor then, and is asked for it.
  "DELETE /api/v1/auth/passkeys/:id": {
    responses: [401, 404, 400, 404, 404, 404],
    ask: async (owner) => ({ path: await passkeyOf(owner), body: {} }),
  },
  "POST /api/v1/auth/passkeys/sign-in/options": openRoute(200),
  "POST /api/v1/auth/passkeys/sign-in": openRoute(),
  "POST /api/v1/auth/passkeys/otp": openRoute(),

  "POST /api/v1/users": openRoute(),
  "POST /api/v1/auth/token/login": openRoute(),
  "POST /api/v1/auth/token/logout": own(204),
  "POST /api/v1/users/set_password": own(400, {}),
  "POST /api/v1/users/reset_password": openRoute(),
  "POST /api/v1/users/reset_password/validate_token": openRoute(),
  "POST /api/v1/users/reset_password/confirm": openRoute(),

  "POST /api/auth/signup": openRoute(),
  // A name of its own each time: wrong guesses at one name from one address are limited.
  "POST /api/auth/signin": {
    responses: everybody(400),
    ask: () => ({ body: { username: `nobody${crypto.randomUUID()}`, password: "x" } }),
  },
  "POST /api/token": openRoute(),
  "POST /api/token/refresh": openRoute(),
  "GET /api/user/:id": { responses: members(200), ask: (owner) => ({ path: user(owner) }) },
  "PUT /api/user/:id": {
    responses: ownerOrStaff(200),
    ask: (owner) => ({ path: user(owner), body: { username: `${owner.username}b` } }),
  },
  "DELETE /api/user/:id": { responses: ownerOrStaff(200), ask: (owner) => ({ path: user(owner) }) },

  "POST /api/auth/registration": openRoute(),
  "POST /api/auth/registration/verify-email": openRoute(),
  "POST /api/auth/registration/resend-email": openRoute(),
  "POST /api/auth/login": openRoute(),
  "POST /api/auth/logout": { responses: [400, 200, 200, 200, 200, 200], signedOut: 401 },
  "GET /api/auth/user": own(200),
  "PUT /api/auth/user": own(200, { first_name: "Anna" }),
  "PATCH /api/auth/user": own(200, { first_name: "Anna" }),
  "POST /api/auth/password/change": own(400, {}),
  "POST /api/auth/password/reset": openRoute(),
  "POST /api/auth/password/reset/confirm": openRoute(),

  "POST /api/register": openRoute(),
  "POST /api/auth/register": openRoute(),
  "POST /api/login": openRoute(),
  "POST /api/logout": { responses: everybody(200) },
  "POST /api/auth/token": openRoute(),
  "POST /api/auth/token/refresh": openRoute(),
  "GET /api/user": own(200),
  "PUT /api/user": own(200, { name: "Anna" }),
  "PUT /api/user-update": own(200, { name: "Anna" }),
  "DELETE /api/user": own(204),
  "DELETE /api/user-delete": own(200),
  "GET /api/settings": own(200),
  "PUT /api/settings": own(200, { name: "Anna" }),
  "GET /api/v1/settings": own(200),
  "PUT /api/v1/settings": own(200, { name: "Anna" }),
};
