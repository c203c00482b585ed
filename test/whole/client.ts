/** A client of the whole server: real HTTP, real sockets. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what an answer holds is what each test is about.
  readonly body: any;
}

export interface Letter {
  readonly to: string;
  readonly subject: string;
  readonly links: string[];
  readonly status: string;
}

// biome-ignore lint/suspicious/noExplicitAny: frames are what each test is about.
type Frame = any;

/** A client over real HTTP. `as` returns one with a token. */
export class Client {
  readonly origin: string;
  #token: string | undefined;

  constructor(origin: string, token?: string) {
    this.origin = origin;
    this.#token = token;
  }

  as(token: string): Client {
    return new Client(this.origin, token);
  }

  async call(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(this.origin + path, {
      method,
      redirect: "manual",
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(this.#token ? { authorization: `Bearer ${this.#token}` } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = (response.headers.get("content-type") ?? "").includes("json");
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson ? JSON.parse(text) : null,
    };
  }

  get(path: string): Promise<Answer> {
    return this.call("GET", path);
  }

  post(path: string, body: unknown = {}): Promise<Answer> {
    return this.call("POST", path, body);
  }

  /** Signs a new person up in AlphaBet and returns the access token. */
  async signUp(username: string): Promise<string> {
    const person = { username, email: `${username}@example.com`, password: "verysecret" };
    const answer = await this.post("/api/auth/signup/", person);
    if (answer.status !== 200) throw new Error(`sign-up: ${answer.status} ${answer.text}`);
    return answer.body.access;
  }

  /** Letters and messages, newest first; all of them or those to one address. */
  async letters(to?: string): Promise<Letter[]> {
    return (await this.get(`/dev/outbox.json${to ? `?to=${encodeURIComponent(to)}` : ""}`)).body;
  }

  /** Lets the clock strike. */
  async tick(): Promise<void> {
    await this.get("/cdn-cgi/local/scheduled?cron=*+*+*+*+*");
  }

  /** A native socket to an event's room. */
  open(event: string, query = ""): Promise<Socket> {
    const url = `${this.origin.replace("http", "ws")}/ws/events/${event}/${query}`;
    return Socket.open(url, ["caravan.v1", ...(this.#token ? [`auth.${this.#token}`] : [])]);
  }
}

/** A native socket that keeps its frames. `next` waits for the next one. */
export class Socket {
  readonly frames: Frame[] = [];
  readonly closed: Promise<number>;
  readonly #raw: WebSocket;
  #wake = () => {};
  #over = false;

  private constructor(raw: WebSocket) {
    this.#raw = raw;
    raw.addEventListener("message", ({ data }) => {
      this.frames.push(JSON.parse(String(data)));
      this.#wake();
    });
    this.closed = new Promise((resolve) => {
      raw.addEventListener("close", ({ code }) => {
        this.#over = true;
        this.#wake();
        resolve(code);
      });
    });
  }

  static open(url: string, protocols: string[]): Promise<Socket> {
    const raw = new WebSocket(url, protocols);
    const socket = new Socket(raw);
    return new Promise((resolve, reject) => {
      raw.addEventListener("open", () => resolve(socket));
      raw.addEventListener("error", () => reject(new Error(`the socket ${url} was refused`)));
    });
  }

  send(frame: object): void {
    this.#raw.send(JSON.stringify(frame));
  }

  close(code?: number, reason?: string): void {
    this.#raw.close(code, reason);
  }

  /** The next frame that fits, taken out of `frames`. */
  async next(fits: (frame: Frame) => boolean = () => true, patience = 10_000): Promise<Frame> {
    const deadline = Date.now() + patience;
    for (;;) {
      const index = this.frames.findIndex(fits);
      if (index >= 0) return this.frames.splice(index, 1)[0];
      const left = deadline - Date.now();
      if (left <= 0 || this.#over)
        throw new Error(`no such frame came; these did: ${JSON.stringify(this.frames)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

let count = 0;
/** A name nobody else has. */
export function unique(prefix: string): string {
  count += 1;
  return `${prefix}${count}x${crypto.randomUUID().slice(0, 8)}`;
}

/** A new event with these participants, as AlphaBet's client sends it. */
export function eventDraft(participants: string[]) {
  return {
    name: unique("ride"),
    starting_time: "2031-01-01T10:00Z",
    end_time: "2031-01-01T11:00Z",
    location: "Old bridge",
    participants,
  };
}
