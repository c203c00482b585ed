/** The matrix of accounts: every app's sign-up and sign-in, the caller's own account, and what staff changes. */
import { everybody, members, ownerOnly, ownerOrStaff, type Person, type Table } from "../world.ts";

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
  "DELETE /api/v1/auth/sessions/:id": {
    responses: ownerOnly(204),
    ask: ({ sessionId }) => ({ path: `/api/v1/auth/sessions/${sessionId}/` }),
  },
  "GET /api/v1/users/me/export": own(200),

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
