/** Every code with which a socket closes, what it means, and what a client does then. */
import { CLOSE, LIMITS, MAX_BUFFERED, MAX_FAULTS } from "../socket/frames.ts";

export interface CloseCode {
  readonly name: string;
  readonly meaning: string;
  readonly clientDoes: string;
}

const OF_SERVER: Record<keyof typeof CLOSE, CloseCode> = {
  comeBack: {
    name: "Come back",
    meaning: "The server has moved, as with a deploy. Nothing is lost.",
    clientDoes: "Connect again at once and resume.",
  },
  unauthenticated: {
    name: "Not signed in",
    meaning: "The credential has expired, the session has ended, or a token in `auth` was not accepted.",
    clientDoes: "Get a new token, connect once more and resume. If that is refused, sign in again.",
  },
  forbidden: {
    name: "Not allowed",
    meaning: "The right to be in this room has ended or never was, for example after a block.",
    clientDoes: "Stop. Do not reconnect by yourself.",
  },
  gone: {
    name: "Gone",
    meaning: "The thing was deleted.",
    clientDoes: "Stop, and forget the room's position.",
  },
  badFrames: {
    name: "Bad frames",
    meaning: `${MAX_FAULTS} faulty frames in a row. The \`error\` frames before say why.`,
    clientDoes: "Stop: the client has a fault. Do not send the same frames again.",
  },
  slow: {
    name: "Too slow",
    meaning: `The client does not read: more than ${MAX_BUFFERED / 1024} KiB wait for it.`,
    clientDoes: "Connect again and resume.",
  },
  tooFast: {
    name: "Too fast",
    meaning: `More than ${LIMITS.rate} frames in a second, or a newer socket of the same person took this one's place.`,
    clientDoes:
      "Wait at least 5 seconds, then connect again and resume. Several in a row: wait longer each time.",
  },
};

const OF_CLIENT: Readonly<Record<number, CloseCode>> = {
  1000: {
    name: "Closed",
    meaning: "You closed it.",
    clientDoes: "Nothing.",
  },
  1006: {
    name: "Lost",
    meaning: "There was no close frame: the connection broke, or the handshake was refused.",
    clientDoes:
      "Connect again with growing pauses and chance (0.5 to 30 seconds), at once when the device is online again, and resume.",
  },
};

/** By code, in order. */
export const CLOSE_CODES: Readonly<Record<string, CloseCode>> = Object.fromEntries(
  [
    ...Object.entries(OF_CLIENT).map(([code, told]) => [Number(code), told] as const),
    ...Object.entries(OF_SERVER).map(([key, told]) => [CLOSE[key as keyof typeof CLOSE], told] as const),
  ].sort(([one], [other]) => one - other),
);

export interface Refused {
  readonly meaning: string;
  readonly clientDoes: string;
}

/** The answers to a handshake that is refused. Browsers report all of them as 1006. */
export const REFUSED_HANDSHAKES: Readonly<Record<string, Refused>> = {
  400: { meaning: "`since` is not a whole number from 0.", clientDoes: "Correct it." },
  401: {
    meaning: "The room needs a credential, or this one is not valid.",
    clientDoes: "Get a new token and try once more.",
  },
  403: {
    meaning:
      "This person may not enter, must set up a second factor first, or the page's origin is not allowed.",
    clientDoes: "Stop. The body's `code` says why.",
  },
  404: { meaning: "There is no such room, or this person may not know of it.", clientDoes: "Stop." },
  426: { meaning: "The request is no WebSocket handshake.", clientDoes: "Use a WebSocket." },
  429: { meaning: "Too many handshakes.", clientDoes: "Wait for `Retry-After` seconds." },
};
