/** One of the people at the page: an own client of the server, an own line that can be cut, and all that goes over it. */
import { type Account, type Caravan, createCaravan, type LiveState } from "@caravan/client";
import { say } from "../words.ts";
import { Line } from "./line.ts";
import { logged, WireLog } from "./wire-log.ts";

export const SEATS = ["client", "driver", "operator"] as const;
export type SeatName = (typeof SEATS)[number];

export interface Login {
  readonly login: string;
  readonly password: string;
}

/** What the page shows of a person; another object after each change. */
export interface PersonView {
  /** `starting`: it is not known yet who this is. */
  readonly state: "starting" | "signedOut" | "signedIn";
  readonly account: Account | null;
  readonly isCut: boolean;
  readonly live: LiveState;
  /** While `waiting`: when the next attempt begins, by this page's clock; null otherwise. */
  readonly nextAttemptAt: number | null;
  /** Attempts since the line was good. */
  readonly attempts: number;
}

export class Person {
  readonly seat: SeatName;
  readonly line = new Line();
  readonly log = new WireLog();
  readonly caravan: Caravan;
  #view: PersonView = {
    state: "starting",
    account: null,
    isCut: false,
    live: "idle",
    nextAttemptAt: null,
    attempts: 0,
  };
  readonly #watchers = new Set<() => void>();

  constructor(seat: SeatName) {
    this.seat = seat;
    this.caravan = createCaravan({
      // For this tab: what was said and not sent yet survives a reload, and other tabs have people of their own.
      storage: sessionStorage,
      prefix: `caravan.play.${seat}`,
      locale: () => document.documentElement.lang,
      fetch: logged(this.log, this.line.fetch),
      socket: this.line.socket,
      wake: this.line.wake,
    });
    const { live, session } = this.caravan;
    live.onFrame((direction, frame) => this.log.addFrame(direction, frame));
    live.onState((state) => this.#follow(state));
    this.line.onChange((isCut) => {
      this.log.add({ direction: "line", name: isCut ? "cut" : "restored", summary: "" });
      this.#change({ isCut });
    });
    session.onChange((tokens) => {
      if (!tokens) this.#change({ state: "signedOut", account: null });
    });
  }

  get view(): PersonView {
    return this.#view;
  }

  /** Finds out who this is: who signed in before in this tab, or the given sample. */
  async start(sample: Login | undefined): Promise<void> {
    const { api, session } = this.caravan;
    if (await session.load()) {
      const account = await api.GET("/api/v1/auth/profile/").catch(() => null);
      if (account) return this.#welcome(account);
    }
    if (!sample) return this.#change({ state: "signedOut" });
    await this.signIn(sample).catch(() => this.#change({ state: "signedOut" }));
  }

  /** Throws a `CaravanError` when the server refuses it. */
  async signIn(login: Login): Promise<void> {
    this.#welcome(await this.caravan.signIn(login));
  }

  async signOut(): Promise<void> {
    await this.caravan.signOut();
  }

  /** Calls `watcher` after each change; returns what ends it. */
  readonly onChange = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  };

  #welcome(account: Account): void {
    this.#change({ state: "signedIn", account });
    this.caravan.live.connect();
  }

  #follow(live: LiveState): void {
    const { retryIn } = this.caravan.live;
    const attempts =
      live === "live" ? 0 : live === "connecting" ? this.#view.attempts + 1 : this.#view.attempts;
    const nextAttemptAt = retryIn === null ? null : Date.now() + retryIn;
    const locale = document.documentElement.lang === "ru" ? "ru" : "en";
    const summary = retryIn === null ? "" : say(locale, "live.pause", { ms: retryIn });
    this.log.add({ direction: "line", name: live, summary });
    this.#change({ live, nextAttemptAt, attempts });
  }

  #change(change: Partial<PersonView>): void {
    this.#view = { ...this.#view, ...change };
    for (const watcher of this.#watchers) watcher();
  }
}
