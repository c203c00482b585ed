/** A client's end of a socket: the frames that came in, and ways to wait for them. */
import { exports } from "cloudflare:workers";
import { noteFrame } from "./documented-frames.ts";

// biome-ignore lint/suspicious/noExplicitAny: each test checks the frames' shape itself.
type Frame = any;

export interface Socket {
  readonly protocol: string | null;
  readonly frames: Frame[];
  readonly closed: Promise<{ code: number; reason: string }>;
  send(frame: unknown): void;
  close(): void;
  /** Waits for the next frame that fits and takes it out of `frames`. Fails after `patience` ms. */
  next(fits?: (frame: Frame) => boolean, patience?: number): Promise<Frame>;
  /** Whether no frame that fits comes within `patience` ms. */
  silent(fits?: (frame: Frame) => boolean, patience?: number): Promise<boolean>;
}

export interface SocketOptions {
  readonly protocols?: string[];
  readonly headers?: Record<string, string>;
}

/** Opens a socket, or returns the refusal. */
export async function dial(
  path: string,
  options: SocketOptions = {},
): Promise<{ socket: Socket } | { refusal: Response }> {
  const headers: Record<string, string> = { Upgrade: "websocket", ...options.headers };
  if (options.protocols?.length) headers["Sec-WebSocket-Protocol"] = options.protocols.join(", ");
  const response = await exports.default.fetch(new Request(`http://caravan.test${path}`, { headers }));
  const { webSocket } = response;
  if (!webSocket) return { refusal: response as Response };
  webSocket.accept();
  const isNative = options.protocols?.includes("caravan.v1") ?? false;
  const socket = wrap(webSocket, response.headers.get("sec-websocket-protocol"), (frame) =>
    noteFrame(path, isNative, frame),
  );
  return { socket };
}

/** Opens a socket; fails when it is refused. */
export async function connect(path: string, options: SocketOptions = {}): Promise<Socket> {
  const result = await dial(path, options);
  if ("refusal" in result)
    throw new Error(`refused with ${result.refusal.status}: ${await result.refusal.text()}`);
  return result.socket;
}

/** Opens a native socket; `welcome` is its first frame. */
export function connectNative(path: string, token?: string): Promise<Socket> {
  return connect(path, { protocols: ["caravan.v1", ...(token ? [`auth.${token}`] : [])] });
}

function wrap(raw: WebSocket, protocol: string | null, note: (frame: unknown) => void): Socket {
  const frames: Frame[] = [];
  const waiting = new Set<() => void>();
  raw.addEventListener("message", ({ data }) => {
    const frame = typeof data === "string" ? readFrame(data) : data;
    note(frame);
    frames.push(frame);
    for (const wake of waiting) wake();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    raw.addEventListener("close", ({ code, reason }) => resolve({ code, reason }));
  });
  const takeFrame = (fits: (frame: Frame) => boolean) => {
    const index = frames.findIndex(fits);
    return index < 0 ? undefined : frames.splice(index, 1)[0];
  };
  const next = (fits: (frame: Frame) => boolean = () => true, patience = 3000) =>
    new Promise<Frame>((resolve, reject) => {
      const look = () => {
        const frame = takeFrame(fits);
        if (frame === undefined) return;
        done();
        resolve(frame);
      };
      const timer = setTimeout(() => {
        done();
        reject(new Error(`no such frame came; these did: ${JSON.stringify(frames)}`));
      }, patience);
      const done = () => {
        clearTimeout(timer);
        waiting.delete(look);
      };
      waiting.add(look);
      look();
    });
  return {
    protocol,
    frames,
    closed,
    send: (frame) =>
      raw.send(typeof frame === "string" || frame instanceof ArrayBuffer ? frame : JSON.stringify(frame)),
    close: () => raw.close(1000, "done"),
    next,
    silent: (fits = () => true, patience = 150) =>
      next(fits, patience).then(
        () => false,
        () => true,
      ),
  };
}

function readFrame(data: string): Frame {
  try {
    return JSON.parse(data);
  } catch {
    return data;
  }
}
