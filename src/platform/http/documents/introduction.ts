/** What the OpenAPI document says of the API as a whole, and how a caller signs in. */
import { BUILT_ORIGIN } from "./built-origin.ts";

const DESCRIPTION = `Accounts, friends, chats, events, tracking, tow trucks and their orders. Five older apps have paths of their own, with the same accounts behind them.

## Start
Sign in at \`POST /api/v1/auth/login/\` and send \`Authorization: Bearer <access>\` with each request. The guides are at
[/docs/](/docs/).

## Sockets
What changes is told on WebSockets: chat messages, events, places, orders, notifications. Each room has a socket, and
\`/ws/me/\` carries any number of rooms on one. They are described by an AsyncAPI document:
[/asyncapi/](/asyncapi/) to read, [/asyncapi.json](/asyncapi.json) for programs. A client that can set neither header nor
sub-protocol gets a ticket at \`POST /api/v1/realtime/ticket/\`.

## What holds for every operation
- **Paths.** The trailing slash is optional. Another method on a known path is a 405 with \`Allow\`.
- **Bodies** are JSON, urlencoded or multipart forms, of at most 1 MiB unless said otherwise. Unknown fields are ignored.
- **Errors** name the fields that are wrong (400), or have a \`detail\`. Each operation lists all it can answer; in
  its examples \`{name}\` stands for a value. A 500 has a
  \`request_id\`, which is also in the header \`X-Request-Id\` of every response.
- **Languages.** Texts are English or Russian, by \`Accept-Language\`; without it Russian under \`/api/v1/\`, English elsewhere.
- **Limits.** A 429 has \`Retry-After\` in seconds. Every operation that changes something can be limited.
- **Repeats.** An operation with \`Idempotency-Key\` runs once for a key; a repeat within 24 hours gets the first response.
- **Times** are ISO 8601 in UTC, amounts of money are decimal texts such as \`"2500.00"\`, coordinates are degrees (WGS 84),
  distances kilometres unless said otherwise.
- **Lists** have \`count\`, \`next\`, \`previous\` and \`results\` unless said otherwise; \`next\` is the address of the next page.`;

export const API_INFO = {
  info: {
    title: "Caravan",
    version: "1.0.0",
    summary: "One backend for people, places and moving things.",
    description: DESCRIPTION,
  },
  externalDocs: { description: "The sockets, as an AsyncAPI document", url: `${BUILT_ORIGIN}/asyncapi/` },
} as const;

export const SECURITY_SCHEMES = {
  Bearer: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description:
      "The `access` token of a sign-in: `Authorization: Bearer <access>`. It is renewed with the `refresh` token.",
  },
  Token: {
    type: "apiKey",
    in: "header",
    name: "Authorization",
    description: "The key of a session, with the word before it: `Token <key>`.",
  },
  Cookie: {
    type: "apiKey",
    in: "cookie",
    name: "jwt",
    description:
      "The access token as a cookie, which `POST /api/login/` sets. Accepted from allowed origins only.",
  },
} as const;
