/** Answers that are written while they are read: however long, never all in memory. */

/** What goes wrong after the first piece breaks the answer off, so that nobody takes a part for the whole. */
export function streamResponse(pieces: AsyncIterable<string>, headers: Record<string, string>): Response {
  const iterator = pieces[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await iterator.return?.();
    },
  });
  return new Response(body, { headers });
}

/** The inside of a JSON list, some items at a time. */
export async function* listText<T>(
  parts: Iterable<readonly T[]> | AsyncIterable<readonly T[]>,
  toWire: (item: T) => unknown,
  toText: (items: unknown) => string = JSON.stringify,
): AsyncGenerator<string> {
  let separator = "";
  for await (const items of parts) {
    if (items.length === 0) continue;
    yield separator + toText(items.map(toWire)).slice(1, -1);
    separator = ",";
  }
}

/** A list that `objectText` writes some items at a time. */
export class LongList<T> {
  constructor(
    readonly parts: Iterable<readonly T[]> | AsyncIterable<readonly T[]>,
    readonly toWire: (item: T) => unknown,
  ) {}
}

/** An object as JSON, a member at a time; its long lists in pieces. */
export async function* objectText(members: object): AsyncGenerator<string> {
  let separator = "{";
  for (const [name, value] of Object.entries(members)) {
    if (value === undefined) continue;
    yield `${separator}${JSON.stringify(name)}:`;
    separator = ",";
    if (value instanceof LongList) {
      yield "[";
      yield* listText(value.parts, value.toWire);
      yield "]";
    } else yield JSON.stringify(value);
  }
  yield separator === "{" ? "{}" : "}";
}
