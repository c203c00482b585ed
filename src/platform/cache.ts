/** An in-memory cache of one isolate, bounded in size and age. Evicts the entry that was set first. */

export interface CacheOptions {
  /** Lifetime of an entry in milliseconds. */
  readonly ttl: number;
  /** Maximum number of entries. */
  readonly size: number;
}

interface Entry<Value> {
  readonly value: Value;
  readonly until: number;
}

export class TtlCache<Key, Value> {
  readonly #options: CacheOptions;
  /** A map keeps the order in which its keys were set. */
  readonly #entries = new Map<Key, Entry<Value>>();

  constructor(options: CacheOptions) {
    this.#options = options;
  }

  /** The value until it expires. `now` in epoch milliseconds. */
  get(key: Key, now: number): Value | undefined {
    const entry = this.#entries.get(key);
    return entry && entry.until > now ? entry.value : undefined;
  }

  /** `ttl` in milliseconds overrides the cache's own. */
  set(key: Key, value: Value, now: number, ttl = this.#options.ttl): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, until: now + ttl });
    if (this.#entries.size <= this.#options.size) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }

  delete(key: Key): void {
    this.#entries.delete(key);
  }

  /** Deletes every entry that `matches`. Scans all entries. */
  deleteWhere(matches: (value: Value) => boolean): void {
    for (const [key, { value }] of this.#entries) if (matches(value)) this.#entries.delete(key);
  }
}
