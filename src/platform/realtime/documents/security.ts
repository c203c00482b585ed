/** The ways in which a handshake carries a credential, with the exact bytes. */
import { TICKET_LIFETIME } from "../handshake/tickets.ts";
import { PROTOCOL } from "../socket/frames.ts";

const TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.c2lnbmF0dXJl";
const KEY = "9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b";

export interface Way {
  readonly title: string;
  readonly scheme: Readonly<Record<string, string>>;
  /** The lines of the handshake, and the code of a browser where it has one. */
  readonly handshake: string;
  readonly code?: string;
}

/** In the order in which the server looks for them; the first that is there counts. */
export const WAYS: Readonly<Record<string, Way>> = {
  subprotocol: {
    title: "Sub-protocol `auth.<token>`",
    scheme: {
      type: "httpApiKey",
      in: "header",
      name: "Sec-WebSocket-Protocol",
      description: `For browsers, and the best choice everywhere. Offer two sub-protocols: \`${PROTOCOL}\` and \`auth.\` followed by an access token or a session key. The server answers with \`${PROTOCOL}\` only.`,
    },
    handshake: `Sec-WebSocket-Protocol: ${PROTOCOL}, auth.${TOKEN}`,
    code: `new WebSocket(url, ["${PROTOCOL}", "auth." + token])`,
  },
  tokenPair: {
    title: 'Sub-protocols `["Token", key]`',
    scheme: {
      type: "httpApiKey",
      in: "header",
      name: "Sec-WebSocket-Protocol",
      description: `As clients of the older apps do it: the word \`Token\` or \`Bearer\`, then the key or token. Alone it opens the documented dialect, and the server answers with the first word; with \`${PROTOCOL}\` before it, the native one.`,
    },
    handshake: `Sec-WebSocket-Protocol: Token, ${KEY}`,
    code: 'new WebSocket(url, ["Token", key])',
  },
  ticket: {
    title: "A one-time ticket",
    scheme: {
      type: "httpApiKey",
      in: "query",
      name: "ticket",
      description: `For clients that can set neither header nor sub-protocol. \`POST /api/v1/realtime/ticket/\` with \`{"room":"chat:3"}\` gives one. It opens one socket to that room within ${TICKET_LIFETIME} seconds.`,
    },
    handshake: "GET /ws/chat/3/?ticket=<ticket> HTTP/1.1",
  },
  query: {
    title: "Token in the address",
    scheme: {
      type: "httpApiKey",
      in: "query",
      name: "token",
      description:
        "As clients of the older apps do it; `access` and `access_token` are read, too. Addresses end up in logs: prefer another way.",
    },
    handshake: `GET /ws/chat/3/?token=${TOKEN} HTTP/1.1`,
  },
  bearer: {
    title: "Header with an access token",
    scheme: {
      type: "http",
      scheme: "bearer",
      bearerFormat: "JWT",
      description: "For servers and native apps, which can set headers. The same header as in REST.",
    },
    handshake: `Authorization: Bearer ${TOKEN}`,
  },
  key: {
    title: "Header with a session key",
    scheme: {
      type: "httpApiKey",
      in: "header",
      name: "Authorization",
      description: "`Token` and a session key of 40 hex digits. The same header as in REST.",
    },
    handshake: `Authorization: Token ${KEY}`,
  },
  cookie: {
    title: "Cookie",
    scheme: {
      type: "httpApiKey",
      in: "cookie",
      name: "jwt",
      description: "For pages of this server's own site. The page's origin must be allowed.",
    },
    handshake: `Cookie: jwt=${TOKEN}`,
  },
};
