/** Who is signed in: keeps the tokens, renews them once however many calls need it, and tells when that changes. */
import { CaravanError } from "../errors.ts";
import { claimsOf } from "../live/token.ts";
import { readJson, type Storage, writeJson } from "../storage.ts";

/** An access token that expires in minutes, with the refresh token that brings the next pair. */
export interface TokenPair {
  readonly access: string;
  readonly refresh: string;
}

/** A session key, which is good until it is signed out. */
export interface SessionKey {
  readonly token: string;
}

export type Tokens = TokenPair | SessionKey;

interface SessionParts {
  readonly storage: Storage;
  readonly key: string;
  /** Exchanges a refresh token; throws a `CaravanError` with the status of a refusal. */
  readonly exchange: (refresh: string) => Promise<TokenPair>;
  /** Whether a session key is still good; throws when the server can't be reached. */
  readonly check: (authorization: string) => Promise<boolean>;
}

/** ms before its end from which an access token counts as expired, by this device's clock. */
const EARLY = 10_000;

export class Session {
  readonly #parts: SessionParts;
  readonly #watchers = new Set<(tokens: Tokens | null) => void>();
  #tokens: Tokens | null = null;
  #loading: Promise<void> | null = null;
  #refreshing: Promise<Tokens | null> | null = null;
  /** The last pair that was exchanged here: should it count as expired at once, then it is the clock that is wrong. */
  #exchanged: Tokens | null = null;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  /** The tokens that are known; null before `load()` and when nobody is signed in. */
  get tokens(): Tokens | null {
    return this.#tokens;
  }

  /** The person's user id, from an access token; null for session keys, which do not tell, and when nobody is signed in. */
  get userId(): number | null {
    const id = claimsOf(this.#secret ?? "")?.user_id;
    return typeof id === "number" ? id : null;
  }

  /** Names the person for what is kept on this device: never the token itself. */
  get owner(): string {
    if (!this.#tokens) return "";
    return this.userId === null ? `key:${fingerprint(this.#secret ?? "")}` : `user:${this.userId}`;
  }

  /** Reads the kept tokens, once. */
  load(): Promise<Tokens | null> {
    this.#loading ??= this.#load();
    return this.#loading.then(() => this.#tokens);
  }

  /** Takes the tokens of a sign-in, and keeps them. */
  async set(tokens: Tokens): Promise<void> {
    this.#loading ??= Promise.resolve();
    await this.#keep(tokens);
  }

  /** Forgets the tokens without telling the server. */
  async clear(): Promise<void> {
    this.#loading ??= Promise.resolve();
    await this.#keep(null);
  }

  /** Calls `watcher` with the tokens of each sign-in, renewal and sign-out; returns what ends it. */
  onChange(watcher: (tokens: Tokens | null) => void): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  /** The `Authorization` header; null when nobody is signed in. An access token that has expired is renewed first. */
  async authorization(): Promise<string | null> {
    await this.load();
    if (this.#tokens && this.#hasExpired()) await this.renew();
    return authorizationOf(this.#tokens);
  }

  /** The token for a socket; null when nobody is signed in. */
  async token(): Promise<string | null> {
    await this.authorization();
    return this.#secret;
  }

  /**
   * The next tokens, however many ask at the same time; null when the session is over, which signs out here. `used` is
   * what was refused: when others have renewed it meanwhile, their tokens are taken. Throws when the server can't be reached.
   */
  renew(used: string | null = authorizationOf(this.#tokens)): Promise<Tokens | null> {
    if (used !== authorizationOf(this.#tokens)) return Promise.resolve(this.#tokens);
    this.#refreshing ??= alone(`${this.#parts.key}.renewal`, () => this.#refresh()).finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async #refresh(): Promise<Tokens | null> {
    const before = this.#tokens;
    if (!before) return null;
    // Another tab may have renewed them.
    const kept = tokensOf(await readJson(this.#parts.storage, this.#parts.key));
    if (kept && authorizationOf(kept) !== authorizationOf(before)) return this.#adopt(before, kept);
    if ("token" in before) {
      if (await this.#parts.check(`Token ${before.token}`)) return this.#tokens;
      return this.#adopt(before, null);
    }
    try {
      this.#exchanged = await this.#parts.exchange(before.refresh);
      return await this.#adopt(before, this.#exchanged);
    } catch (error) {
      const isRefused = error instanceof CaravanError && (error.status === 400 || error.status === 401);
      if (!isRefused) throw error;
      return this.#adopt(before, null);
    }
  }

  /** A sign-in or sign-out that happened meanwhile wins. */
  async #adopt(before: Tokens, after: Tokens | null): Promise<Tokens | null> {
    if (this.#tokens === before) await this.#keep(after);
    return this.#tokens;
  }

  async #load(): Promise<void> {
    const kept = tokensOf(await readJson(this.#parts.storage, this.#parts.key));
    if (kept && !this.#tokens) this.#tokens = kept;
  }

  async #keep(tokens: Tokens | null): Promise<void> {
    this.#tokens = tokens;
    for (const watcher of [...this.#watchers]) watcher(tokens);
    await writeJson(this.#parts.storage, this.#parts.key, tokens);
  }

  get #secret(): string | null {
    if (!this.#tokens) return null;
    return "token" in this.#tokens ? this.#tokens.token : this.#tokens.access;
  }

  /** By this device's clock: a wrong one costs a renewal, or a request that is refused and repeated. */
  #hasExpired(): boolean {
    if (this.#tokens === this.#exchanged) return false;
    const { exp } = claimsOf(this.#secret ?? "") ?? {};
    return typeof exp === "number" && exp * 1000 - EARLY < Date.now();
  }
}

/** `Bearer …` or `Token …`; null for no tokens. */
export function authorizationOf(tokens: Tokens | null): string | null {
  if (!tokens) return null;
  return "token" in tokens ? `Token ${tokens.token}` : `Bearer ${tokens.access}`;
}

interface Locks {
  request(name: string, options: { signal: AbortSignal }, run: () => Promise<void>): Promise<void>;
}

/** ms after which a tab no longer waits for another one, which the browser may have put to sleep. */
const PATIENCE = 5_000;

/** Runs something while no other tab does, where the platform has locks. */
async function alone<Result>(name: string, run: () => Promise<Result>): Promise<Result> {
  const { navigator } = globalThis as unknown as { navigator?: { locks?: Locks } };
  if (!navigator?.locks) return run();
  let running: Promise<Result> | undefined;
  const waiting = new AbortController();
  const timer = setTimeout(() => waiting.abort(), PATIENCE);
  const over = navigator.locks.request(name, { signal: waiting.signal }, async () => {
    clearTimeout(timer);
    running = run();
    await running.catch(() => {});
  });
  // Not to be had in time, or at all: two renewals are better than none.
  await over.catch(() => {});
  clearTimeout(timer);
  return running ?? run();
}

function tokensOf(value: unknown): Tokens | null {
  const { access, refresh, token } = (value ?? {}) as Record<string, unknown>;
  if (typeof token === "string") return { token };
  return typeof access === "string" && typeof refresh === "string" ? { access, refresh } : null;
}

/** A short name of a text (FNV-1a) from which it can't be found again. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash >>> 0).toString(16);
}
