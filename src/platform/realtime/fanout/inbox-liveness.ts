/** When the people behind each inbox were last heard, as far as this life of the object knows. */
import { isHeard } from "../socket/liveness.ts";

/** An inbox that was just asked, or has just answered a push, is not asked again for this long. Milliseconds. */
const ASK_AGAIN = 5_000;

export class InboxLiveness {
  readonly #clock: () => number;
  /** When somebody was heard, and when this room learned it, epoch ms. */
  readonly #heard = new Map<string, { readonly at: number; readonly learnedAt: number }>();

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** Somebody behind this inbox was heard at this time, epoch ms. */
  hear(inbox: string, at: number): void {
    const known = this.#heard.get(inbox)?.at ?? 0;
    this.#heard.set(inbox, { at: Math.max(at, known), learnedAt: this.#clock() });
  }

  /** Epoch ms; null when the inbox has to be asked. */
  heardAt(inbox: string): number | null {
    return this.#heard.get(inbox)?.at ?? null;
  }

  /** Whether the inbox need not be asked now. */
  isKnown(inbox: string): boolean {
    const now = this.#clock();
    const { at, learnedAt } = this.#heard.get(inbox) ?? { at: 0, learnedAt: 0 };
    return isHeard(at, now) || now - learnedAt < ASK_AGAIN;
  }

  delete(inbox: string): void {
    this.#heard.delete(inbox);
  }

  clear(): void {
    this.#heard.clear();
  }
}
