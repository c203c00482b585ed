/**
 * Shared transactions: what arrives while one transaction runs waits, and the next one takes all of it. A transaction on
 * its own does not wait. When a shared one fails, each of its parts is tried alone, so that one fails only for itself.
 */

/** A statement's text and its parameters. */
export interface BoundStatement {
  readonly sql: string;
  readonly params: readonly unknown[];
}

/** The results of one part, in order; or why it failed. */
export type PartResult<Result> =
  | { readonly ok: true; readonly results: Result[] }
  | { readonly ok: false; readonly reason: string };

/** The most that one transaction takes: statements, and characters and bytes of their parameters. */
const MOST = { statements: 200, characters: 4_000_000 } as const;

interface Part<Result> {
  readonly statements: readonly BoundStatement[];
  readonly size: number;
  readonly done: (result: PartResult<Result>) => void;
}

export class SharedTransactions<Result> {
  readonly #run: (statements: readonly BoundStatement[]) => Promise<Result[]>;
  readonly #waiting: Part<Result>[] = [];
  #busy = false;

  /** `run` executes statements as one transaction. */
  constructor(run: (statements: readonly BoundStatement[]) => Promise<Result[]>) {
    this.#run = run;
  }

  /** Runs these statements within one transaction, together with what others add. */
  add(statements: readonly BoundStatement[]): Promise<PartResult<Result>> {
    const added = new Promise<PartResult<Result>>((done) =>
      this.#waiting.push({ statements, size: sizeOf(statements), done }),
    );
    if (!this.#busy) void this.#runAll();
    return added;
  }

  async #runAll(): Promise<void> {
    this.#busy = true;
    while (this.#waiting.length > 0) {
      const parts = this.#take();
      const together = await this.#try(parts.flatMap(({ statements }) => statements));
      if (together.ok) {
        for (const { statements, done } of parts)
          done({ ok: true, results: together.results.splice(0, statements.length) });
      } else if (parts.length === 1) parts[0]?.done(together);
      else for (const { statements, done } of parts) done(await this.#try(statements));
    }
    this.#busy = false;
  }

  async #try(statements: readonly BoundStatement[]): Promise<PartResult<Result>> {
    try {
      return { ok: true, results: await this.#run(statements) };
    } catch (error) {
      return { ok: false, reason: error instanceof Error ? error.message : String(error) };
    }
  }

  /** The parts of the next transaction, at least one. */
  #take(): Part<Result>[] {
    let [statements, characters, count] = [0, 0, 0];
    for (const part of this.#waiting) {
      statements += part.statements.length;
      characters += part.size;
      if (count > 0 && (statements > MOST.statements || characters > MOST.characters)) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }
}

function sizeOf(statements: readonly BoundStatement[]): number {
  let size = 0;
  for (const { params } of statements)
    for (const param of params)
      size += typeof param === "string" ? param.length : param instanceof Uint8Array ? param.byteLength : 8;
  return size;
}
