/** One person's network, with a switch: once cut, open sockets break and nothing gets through. */
import { platformWake, type SocketLike } from "@caravan/client";

export class Line {
  #isCut = false;
  #requests = new AbortController();
  readonly #sockets = new Set<WebSocket>();
  readonly #wakers = new Set<() => void>();
  readonly #watchers = new Set<(isCut: boolean) => void>();

  get isCut(): boolean {
    return this.#isCut;
  }

  /** The client's `socket`. */
  readonly socket = (url: string, protocols: string[]): SocketLike => {
    if (this.#isCut) return unreachable();
    const socket = new WebSocket(url, protocols);
    this.#sockets.add(socket);
    socket.addEventListener("close", () => this.#sockets.delete(socket));
    return socket;
  };

  /** The client's `fetch`. */
  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    if (this.#isCut) throw new TypeError("The line is cut.");
    const own = init?.signal ?? (input instanceof Request ? input.signal : null);
    const signals = own ? [own, this.#requests.signal] : [this.#requests.signal];
    return globalThis.fetch(input, { ...init, signal: AbortSignal.any(signals) });
  };

  /** The client's `wake`: called when the line is restored, as the browser does when the network is back. */
  readonly wake = (run: () => void): (() => void) => {
    this.#wakers.add(run);
    const end = platformWake(run);
    return () => {
      this.#wakers.delete(run);
      end();
    };
  };

  cut(): void {
    if (this.#isCut) return;
    this.#become(true);
    this.#requests.abort(new TypeError("The line was cut."));
    for (const socket of this.#sockets) {
      const { onclose } = socket;
      socket.onmessage = null;
      socket.onclose = null;
      socket.close();
      // What browsers say of a connection that broke.
      onclose?.call(socket, new CloseEvent("close", { code: 1006 }));
    }
    this.#sockets.clear();
  }

  restore(): void {
    if (!this.#isCut) return;
    this.#requests = new AbortController();
    this.#become(false);
    for (const wake of this.#wakers) wake();
  }

  /** Calls `watcher` at each turn of the switch; returns what ends it. */
  onChange(watcher: (isCut: boolean) => void): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  #become(isCut: boolean): void {
    this.#isCut = isCut;
    for (const watcher of this.#watchers) watcher(isCut);
  }
}

/** A socket that can't be opened. */
function unreachable(): SocketLike {
  const socket: SocketLike = {
    send() {},
    close() {},
    onopen: null,
    onmessage: null,
    onclose: null,
    onerror: null,
  };
  setTimeout(() => socket.onclose?.(new CloseEvent("close", { code: 1006 }) as never), 100);
  return socket;
}
