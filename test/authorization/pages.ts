/** The matrix of what a browser opens: pages and documents are everybody's, and a link is worth what it names. */
import { post } from "../support/api.ts";
import { eventOf, everybody, type Table } from "./world.ts";

const open = everybody(200);
/** The link's own signature is what counts there, and this one is none. */
const unsigned = (rest: string) => async (owner: Parameters<typeof eventOf>[0]) => ({
  path: `/events/${await eventOf(owner)}/${rest}/?user=1&signature=none`,
});

export const pages: Table = {
  "GET /": { answers: open },
  "GET /admin": { answers: open },
  "GET /admin/:place{.+}": { answers: open, ask: () => ({ path: "/admin/users/" }) },
  "GET /track/:token": { answers: everybody(404), ask: () => ({ path: "/track/nothing/" }) },
  "GET /account-confirm-email/:key": {
    answers: everybody(404),
    ask: () => ({ path: "/account-confirm-email/nothing/" }),
  },
  "GET /password_reset_confirm/:link": {
    answers: everybody(404),
    ask: () => ({ path: "/password_reset_confirm/1-nothing/" }),
  },
  "POST /password_reset_confirm/:link": {
    answers: everybody(404),
    ask: () => ({ path: "/password_reset_confirm/1-nothing/", body: { new_password: "verysecret" } }),
  },
  "POST /account-confirm-email/:key": {
    answers: everybody(404),
    ask: () => ({ path: "/account-confirm-email/nothing/" }),
  },
  "GET /password_reset_phone/:id": {
    answers: everybody(404),
    ask: () => ({ path: "/password_reset_phone/nothing/" }),
  },
  "POST /password_reset_phone/:id": {
    answers: everybody(404),
    ask: () => ({ path: "/password_reset_phone/nothing/", body: { code: "000000" } }),
  },
  "GET /account-undo/:secret": { answers: everybody(404), ask: () => ({ path: "/account-undo/nothing/" }) },
  "POST /account-undo/:secret": { answers: everybody(404), ask: () => ({ path: "/account-undo/nothing/" }) },
  "GET /events/:id/accept": { answers: everybody(400), ask: unsigned("accept") },
  "POST /events/:id/accept": { answers: everybody(400), ask: unsigned("accept") },
  "GET /events/:id/leave": { answers: everybody(400), ask: unsigned("leave") },
  "POST /events/:id/leave": { answers: everybody(400), ask: unsigned("leave") },
  "GET /swagger.json": { answers: open },
  "GET /swagger.yaml": { answers: open },
  "GET /swagger": { answers: open },
  "GET /redoc": { answers: open },
  "GET /api/schema": { answers: open },
  "GET /api/schema/swagger-ui": { answers: open },
  "GET /api/schema/redoc": { answers: open },
  "GET /asyncapi.json": { answers: open },
  // Development only: in production they are not mounted.
  "GET /dev/outbox": { answers: open },
  "GET /dev/outbox.json": { answers: open },
  "POST /dev/samples": {
    answers: open,
    // What the other tests left may stand in the way of the first load; the second finds the samples there.
    async ask() {
      await post("/dev/samples/");
      return {};
    },
  },
  "GET /media/:key{.+}": { answers: everybody(404), ask: () => ({ path: "/media/avatars/1/nothing.png" }) },
};
