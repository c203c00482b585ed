/** The matrix of pages in a browser: pages and documents are public, and a mailed link works for everybody who has it. */
import { post } from "../../harness/api.ts";
import { eventOf, everybody, type Table } from "../world.ts";

const open = everybody(200);
/** These pages check the link's own signature, and this one is invalid. */
const unsigned = (rest: string) => async (owner: Parameters<typeof eventOf>[0]) => ({
  path: `/events/${await eventOf(owner)}/${rest}/?user=1&signature=none`,
});

const unsignedLetter = (act: string) => `/letters/${act}/?person=1&kind=reminders&signature=none`;

export const pages: Table = {
  "GET /": { responses: open },
  "GET /admin": { responses: open },
  "GET /admin/:place{.+}": { responses: open, ask: () => ({ path: "/admin/users/" }) },
  "GET /docs/:place{.+}": { responses: everybody(404), ask: () => ({ path: "/docs/nothing/" }) },
  "GET /track/:token": { responses: everybody(404), ask: () => ({ path: "/track/nothing/" }) },
  "GET /account-confirm-email/:key": {
    responses: everybody(404),
    ask: () => ({ path: "/account-confirm-email/nothing/" }),
  },
  "GET /password_reset_confirm/:link": {
    responses: everybody(404),
    ask: () => ({ path: "/password_reset_confirm/1-nothing/" }),
  },
  "POST /password_reset_confirm/:link": {
    responses: everybody(404),
    ask: () => ({ path: "/password_reset_confirm/1-nothing/", body: { new_password: "verysecret" } }),
  },
  "POST /account-confirm-email/:key": {
    responses: everybody(404),
    ask: () => ({ path: "/account-confirm-email/nothing/" }),
  },
  "GET /password_reset_phone/:id": {
    responses: everybody(404),
    ask: () => ({ path: "/password_reset_phone/nothing/" }),
  },
  "POST /password_reset_phone/:id": {
    responses: everybody(404),
    ask: () => ({ path: "/password_reset_phone/nothing/", body: { code: "000000" } }),
  },
  "GET /account-undo/:secret": { responses: everybody(404), ask: () => ({ path: "/account-undo/nothing/" }) },
  "POST /account-undo/:secret": {
    responses: everybody(404),
    ask: () => ({ path: "/account-undo/nothing/" }),
  },
  "GET /events/:id/accept": { responses: everybody(400), ask: unsigned("accept") },
  "POST /events/:id/accept": { responses: everybody(400), ask: unsigned("accept") },
  "GET /events/:id/leave": { responses: everybody(400), ask: unsigned("leave") },
  "POST /events/:id/leave": { responses: everybody(400), ask: unsigned("leave") },
  "GET /letters/unsubscribe": {
    responses: everybody(404),
    ask: () => ({ path: unsignedLetter("unsubscribe") }),
  },
  "POST /letters/unsubscribe": {
    responses: everybody(404),
    ask: () => ({ path: unsignedLetter("unsubscribe") }),
  },
  "POST /letters/subscribe": {
    responses: everybody(404),
    ask: () => ({ path: unsignedLetter("subscribe") }),
  },
  // Without the setting with its secret.
  "POST /api/v1/mail/resend": { responses: everybody(404) },
  "GET /swagger.json": { responses: open },
  "GET /swagger.yaml": { responses: open },
  "GET /swagger": { responses: open },
  "GET /redoc": { responses: open },
  "GET /api/schema": { responses: open },
  "GET /api/schema/swagger-ui": { responses: open },
  "GET /api/schema/redoc": { responses: open },
  "GET /asyncapi.json": { responses: open },
  "GET /asyncapi": { responses: open },
  // Development only: in production they are not mounted.
  "GET /dev/outbox": { responses: open },
  "GET /dev/outbox.json": { responses: open },
  "GET /dev/samples": { responses: open },
  "POST /dev/samples": {
    responses: open,
    // Rows of other tests may collide with the first load; the second finds the samples loaded.
    async ask() {
      await post("/dev/samples/");
      return {};
    },
  },
  "GET /tiles.json": { responses: open },
  "GET /tiles/:z/:x/:y": { responses: open, ask: () => ({ path: "/tiles/0/0/0/" }) },
  "GET /media/:key{.+}": { responses: everybody(404), ask: () => ({ path: "/media/avatars/1/nothing.png" }) },
};
