/** Exact counts where the rate-limiting binding is too coarse: sign-ins, registrations, resets, guesses. */
import { DurableObject } from "cloudflare:workers";
import type { Rate, Runtime } from "../../runtime.ts";

/** One counter: at most `limit` hits of `key` in a fixed window of `seconds`. */
export interface Hit extends Rate {
  readonly key: string;
}

/** Fixed windows per key, in the object's own storage, so that an eviction resets nothing. */
export class Counter extends DurableObject {
  constructor(state: DurableObjectState, env: Cloudflare.Env) {
    super(state, env);
    state.storage.sql.exec(
      "CREATE TABLE IF NOT EXISTS hits (key TEXT PRIMARY KEY, count INTEGER NOT NULL, ends_at INTEGER NOT NULL)",
    );
  }

  /** Counts all hits and returns null; if one limit is exhausted, counts none and returns the seconds until it resets. */
  async hit(hits: readonly Hit[], now = Date.now()): Promise<number | null> {
    const { sql } = this.ctx.storage;
    const windows = hits.map((hit) => ({ ...hit, ...this.#window(hit, now) }));
    const full = windows.find(({ count, limit }) => count >= limit);
    if (full) return Math.ceil((full.endsAt - now) / 1000);
    for (const { key, count, endsAt } of windows) {
      sql.exec("INSERT OR REPLACE INTO hits (key, count, ends_at) VALUES (?, ?, ?)", key, count + 1, endsAt);
    }
    if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(now + SWEEP);
    return null;
  }

  clear(keys: readonly string[]): void {
    for (const key of keys) this.ctx.storage.sql.exec("DELETE FROM hits WHERE key = ?", key);
  }

  giveBack(keys: readonly string[]): void {
    for (const key of keys)
      this.ctx.storage.sql.exec("UPDATE hits SET count = count - 1 WHERE key = ? AND count > 0", key);
  }

  #window({ key, seconds }: Hit, now: number): { count: number; endsAt: number } {
    const query = "SELECT count, ends_at FROM hits WHERE key = ? AND ends_at > ?";
    const [row] = this.ctx.storage.sql.exec<{ count: number; ends_at: number }>(query, key, now);
    return { count: row?.count ?? 0, endsAt: row?.ends_at ?? now + seconds * 1000 };
  }

  /** Deletes expired windows; sets no alarm when none is left. */
  override async alarm(): Promise<void> {
    const { sql } = this.ctx.storage;
    sql.exec("DELETE FROM hits WHERE ends_at <= ?", Date.now());
    if ([...sql.exec("SELECT 1 FROM hits LIMIT 1")].length > 0)
      await this.ctx.storage.setAlarm(Date.now() + SWEEP);
  }
}
const SWEEP = 600_000;

/** The counter of a key: always the same one of the shards that the settings name. */
export function counterFor(
  { counters, settings }: Pick<Runtime, "counters" | "settings">,
  key: string,
): DurableObjectStub<Counter> {
  let hash = 0;
  for (let index = 0; index < key.length; index++) hash = (hash * 31 + key.charCodeAt(index)) >>> 0;
  return counters.getByName(`counter-${hash % settings.counterShards}`);
}
