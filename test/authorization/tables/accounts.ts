/** The matrix of accounts: every app's doors, one's own account, and what staff decides. */
import { everybody, members, ownerOnly, ownerOrStaff, type Person, type Table } from "../world.ts";

/** A door for everybody: what it says of an empty body, whoever sends it. */
const door = (status = 400) => ({ responses: everybody(status), ask: () => ({ body: {} }) });
/** One's own, whoever one is. */
const own = (status: number, body?: unknown) => ({ responses: members(status), ask: () => ({ body }) });
const user = ({ id }: Person) => `/api/user/${id}/`;

export const accounts: Table = {
  "POST /api/v1/auth/register": door(),
  "POST /api/v1/auth/login": door(),
  "POST /api/v1/auth/token/refresh": door(),
  "POST /api/v1/auth/password/reset": door(),
  "POST /api/v1/auth/password/reset/confirm": door(),
  "GET /api/v1/auth/profile": own(200),
  "PUT /api/v1/auth/profile": own(200, { first_name: "Anna" }),
  "PATCH /api/v1/auth/profile": own(200, { first_name: "Anna" }),
  "DELETE /api/v1/auth/profile": own(204),
  "POST /api/v1/auth/phone/confirm": own(400, { code: "000000" }),
  "POST /api/v1/auth/logout": own(204),
  "GET /api/v1/auth/sessions": own(200),
  "DELETE /api/v1/auth/sessions/:id": {
    responses: ownerOnly(204),
    ask: ({ sessionId }) => ({ path: `/api/v1/auth/sessions/${sessionId}/` }),
  },
  "GET /api/v1/users/me/export": own(200),

  "POST /api/v1/users": door(),
  "POST /api/v1/auth/token/login": door(),
  "POST /api/v1/auth/token/logout": own(204),
  "POST /api/v1/users/set_password": own(400, {}),
  "POST /api/v1/users/reset_password": door(),
  "POST /api/v1/users/reset_password/validate_token": door(),
  "POST /api/v1/users/reset_password/confirm": door(),

  "POST /api/auth/signup": door(),
  // A name of its own each time: wrong guesses at one name from one address are limited.
  "POST /api/auth/signin": {
    responses: everybody(400),
    ask: () => ({ body: { username: `nobody${crypto.randomUUID()}`, password: "x" } }),
  },
  "POST /api/token": door(),
  "POST /api/token/refresh": door(),
  "GET /api/user/:id": { responses: members(200), ask: (owner) => ({ path: user(owner) }) },
  "PUT /api/user/:id": {
    responses: ownerOrStaff(200),
    ask: (owner) => ({ path: user(owner), body: { username: `${owner.username}b` } }),
  },
  "DELETE /api/user/:id": { responses: ownerOrStaff(200), ask: (owner) => ({ path: user(owner) }) },

  "POST /api/auth/registration": door(),
  "POST /api/auth/registration/verify-email": door(),
  "POST /api/auth/registration/resend-email": door(),
  "POST /api/auth/login": door(),
  "POST /api/auth/logout": { responses: [400, 200, 200, 200, 200, 200], signedOut: 401 },
  "GET /api/auth/user": own(200),
  "PUT /api/auth/user": own(200, { first_name: "Anna" }),
  "PATCH /api/auth/user": own(200, { first_name: "Anna" }),
  "POST /api/auth/password/change": own(400, {}),
  "POST /api/auth/password/reset": door(),
  "POST /api/auth/password/reset/confirm": door(),

  "POST /api/register": door(),
  "POST /api/auth/register": door(),
  "POST /api/login": door(),
  "POST /api/logout": { responses: everybody(200) },
  "POST /api/auth/token": door(),
  "POST /api/auth/token/refresh": door(),
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
