/** Streamed responses: of any length, never whole in memory. */

/** An error after the first piece aborts the response, so that no client takes a part for the whole. */
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

/** The items of a JSON list without its brackets, in batches. */
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

/** A list that `objectText` writes in batches. */
export class LongList<T> {
  constructor(
    readonly parts: Iterable<readonly T[]> | AsyncIterable<readonly T[]>,
    readonly toWire: (item: T) => unknown,
  ) {}
}

/** An object as JSON, member by member; its `LongList`s in batches. */
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
