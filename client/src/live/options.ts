/** What a live connection needs from around it. Everything has a default where the platform offers one. */
import type { Storage } from "../storage.ts";

/** Who connects. Both throw when the server can't be reached; the connection tries again later. */
export interface Credentials {
  /** The token to connect with, an access token or a session key; null when nobody is signed in. */
  token(): string | null | Promise<string | null>;
  /** A token that is valid now, asked for when one was refused or is about to expire; null when the session is over. */
  renew(): string | null | Promise<string | null>;
}

/** The used part of `WebSocket`. */
export interface SocketLike {
  send(text: string): void;
  close(code?: number, reason?: string): void;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
}

/** Runs something after so many ms; returns what cancels it. */
export type After = (milliseconds: number, run: () => void) => () => void;

export interface LiveOptions {
  /** Where the server is, as `https://api.example.com`; by default the page's own origin. */
  readonly url?: string;
  /** The socket's address, with a query if you like; `/ws/me/` by default, one socket for all rooms of a person. */
  readonly path?: string;
  /** The position from which the socket's own room is read at first; by default only what comes from now on. */
  readonly since?: number;
  readonly credentials?: Credentials;
  /** True: connect without a token, too, to rooms that are open to anybody. */
  readonly anonymous?: boolean;
  /**
   * Keeps the position in each room beyond this page or process. Give it only when you keep the rooms' entries, too:
   * a room then goes on from there instead of asking for a reload.
   */
  readonly positions?: Storage;
  /** Keeps what was said and not acknowledged beyond this page or process. */
  readonly outbox?: Storage;
  /** Begins the names of keys in storages; `caravan` by default. */
  readonly prefix?: string;
  /** Opens a socket; by default a `WebSocket`. */
  readonly socket?: (url: string, protocols: string[]) => SocketLike;
  /** Calls `run` whenever the network may be back or the app is seen again; returns what ends that. */
  readonly wake?: (run: () => void) => () => void;
  /** Resolves when it is known who is signed in; outbox and positions are read then. */
  readonly ready?: () => Promise<unknown>;
  /** Whose messages and positions are kept: what another person left is neither sent nor taken for this one's. */
  readonly owner?: () => string;
  /** For tests. */
  readonly after?: After;
  /** For tests: from 0 to 1. */
  readonly random?: () => number;
}

interface Scope {
  WebSocket?: new (url: string, protocols: string[]) => SocketLike;
  location?: { origin?: string };
  document?: EventSource & { visibilityState?: string };
  addEventListener?: EventSource["addEventListener"];
  removeEventListener?: EventSource["removeEventListener"];
}

interface EventSource {
  addEventListener(name: string, run: () => void): void;
  removeEventListener(name: string, run: () => void): void;
}

const scope = globalThis as unknown as Scope;

/** A socket of the platform: browsers, Node from 22, Workers and React Native have one. */
export function platformSocket(url: string, protocols: string[]): SocketLike {
  return new (requireWebSocket())(url, protocols);
}

/** The platform's `WebSocket`; throws where there is none, as in Node 20. */
export function requireWebSocket(): NonNullable<Scope["WebSocket"]> {
  if (scope.WebSocket) return scope.WebSocket;
  throw new TypeError("There is no WebSocket here: give `socket`, as (url, protocols) => new WebSocket(…).");
}

export const platformAfter: After = (milliseconds, run) => {
  const timer = setTimeout(run, milliseconds);
  return () => clearTimeout(timer);
};

/** In a page: the network is back, or the page is visible again. Elsewhere nothing tells. */
export function platformWake(run: () => void): () => void {
  const { document, addEventListener, removeEventListener } = scope;
  if (!document || !addEventListener || !removeEventListener) return () => {};
  const seen = () => document.visibilityState === "visible" && run();
  addEventListener.call(globalThis, "online", run);
  addEventListener.call(globalThis, "pageshow", run);
  document.addEventListener("visibilitychange", seen);
  return () => {
    removeEventListener.call(globalThis, "online", run);
    removeEventListener.call(globalThis, "pageshow", run);
    document.removeEventListener("visibilitychange", seen);
  };
}

/** The address of a socket, resumed from a position if there is one. `http` becomes `ws`. */
export function socketUrl(base: string | undefined, path: string, position: Position | null): string {
  const origin = base ?? scope.location?.origin;
  if (!origin) throw new TypeError("Say where the server is: `url`.");
  const url = `${origin.replace(/^http/, "ws").replace(/\/+$/, "")}${path}`;
  if (!position) return url;
  const epoch = position.epoch === "" ? "" : `epoch=${encodeURIComponent(position.epoch)}&`;
  const resume = `${epoch}since=${position.seq}`;
  return `${url}${path.includes("?") ? "&" : "?"}${resume}`;
}

/**
 * A place in a room: everything up to `seq` was delivered. `epoch` changes when a room's entries are counted anew; it is
 * empty before the server has said it.
 */
export interface Position {
  readonly epoch: string;
  readonly seq: number;
}
