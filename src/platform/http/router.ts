/** Hono's trie of routes with a memory: to walk it for one path takes longer than to check its caller. */
import type { Result, Router } from "hono/router";
import { TrieRouter } from "hono/router/trie-router";

/** How many paths are remembered, and how long one may be, so that strangers' requests take little memory. */
const MOST = 500;
const LONGEST = 200;

export class RememberingRouter<T> implements Router<T> {
  readonly name = "RememberingRouter";
  readonly #trie = new TrieRouter<T>();
  readonly #known = new Map<string, Result<T>>();

  add(method: string, path: string, handler: T): void {
    this.#known.clear();
    this.#trie.add(method, path, handler);
  }

  match(method: string, path: string): Result<T> {
    const key = `${method} ${path}`;
    const known = this.#known.get(key);
    if (known) return known;
    const found = this.#trie.match(method, path);
    if (this.#known.size >= MOST) this.#known.clear();
    if (path.length <= LONGEST) this.#known.set(key, found);
    return found;
  }
}
