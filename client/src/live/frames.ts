/** The frames of `caravan.v1`, as the server documents them in AsyncAPI, and the codes with which it closes sockets. */

/** The sub-protocol of every socket. */
export const PROTOCOL = "caravan.v1";

/** Why a server closes a socket, or ends a subscription. */
export const CLOSE = {
  /** The server restarts: connect again and resume. */
  comeBack: 1012,
  /** The credential has expired, or its session has ended. */
  unauthenticated: 4001,
  /** The right has ended. */
  forbidden: 4003,
  /** The room is gone. */
  gone: 4004,
  badFrames: 4400,
  /** The client read too slowly: it resumes. */
  slow: 4408,
  /** Too many frames, or too many sockets of one person. */
  tooFast: 4429,
} as const;

/** What a server allows a socket. `frame`: bytes. `rate`: frames a second. `ping`, `silence`: seconds. */
export interface Limits {
  readonly frame: number;
  readonly rate: number;
  readonly page: number;
  readonly rooms: number;
  readonly ping: number;
  readonly silence: number;
}

type Body = Record<string, unknown>;

/** A measured place. Degrees; `accuracy` in metres, `speed` in metres a second; `at` ISO 8601 or epoch ms. */
export interface Point {
  readonly latitude: number;
  readonly longitude: number;
  readonly at?: string | number | null;
  readonly accuracy?: number | null;
  readonly speed?: number | null;
  readonly heading?: number | null;
}

/** What a client sends. */
export type ClientFrame =
  | { t: "say"; room?: string | undefined; ref: string; kind: string; body: Body }
  | { t: "points"; room?: string | undefined; ref: string; points: unknown[] }
  | { t: "read"; room?: string | undefined; seq: number }
  | { t: "typing"; room?: string | undefined }
  | {
      t: "subscribe";
      ref?: string | undefined;
      room: string;
      epoch?: string | undefined;
      since?: number | undefined;
    }
  | { t: "unsubscribe"; room: string }
  | { t: "auth"; token: string }
  | { t: "ping" };

/** What a server sends. */
export type ServerFrame =
  | { t: "welcome"; epoch: string; seq: number; ttl: number | null; recovered: boolean; limits: Limits }
  | {
      t: "entry";
      room?: string | undefined;
      seq: number;
      kind: string;
      at: string;
      by: number | null;
      ref?: string | undefined;
      body: Body;
    }
  | { t: "latest"; room?: string | undefined; kind: string; at: string; body: Body }
  | { t: "ack"; room?: string | undefined; ref: string; seq: number; at: string }
  | { t: "presence"; room?: string | undefined; users: number[] }
  | { t: "typing"; room?: string | undefined; by: number }
  | { t: "read"; room?: string | undefined; by: number; seq: number }
  | {
      t: "subscribed";
      ref?: string | undefined;
      room: string;
      epoch: string;
      seq: number;
      recovered: boolean;
    }
  | { t: "unsubscribed"; room: string; code: number }
  | { t: "error"; room?: string | undefined; ref?: string | undefined; code: string; detail: string }
  | { t: "pong" };

/** An entry of a room: stored, numbered, and delivered once and in order. */
export interface Entry {
  readonly room: string;
  /** Position in the room, from 1, without gaps. */
  readonly seq: number;
  readonly kind: string;
  /** When it was stored, ISO 8601 in UTC. */
  readonly at: string;
  /** The author's user id; null for the application. */
  readonly by: number | null;
  /** The author's own id of it. */
  readonly ref: string | null;
  readonly body: Readonly<Body>;
}

/** Something that is not stored and has no position, such as a truck's place: it replaces the one before. */
export interface Latest {
  readonly room: string;
  readonly kind: string;
  readonly at: string;
  readonly body: Readonly<Body>;
}

/** What the server confirms: the entry is stored, at this position. */
export interface Ack {
  readonly ref: string;
  readonly seq: number;
  /** ISO 8601 in UTC. */
  readonly at: string;
}

/** The frame that a text holds; null for anything else. */
export function parseFrame(text: unknown): ServerFrame | null {
  try {
    const frame = JSON.parse(String(text)) as ServerFrame | null;
    return typeof frame?.t === "string" ? frame : null;
  } catch {
    return null;
  }
}
