/** Structured log lines. Never a token, a code, a body or a bound parameter: an error is told by its kind, cause and place. */

type Level = "warn" | "error";

/** `at` names the place in the code; `facts` are ids and counts. */
export function log(level: Level, at: string, facts: Record<string, unknown>, error?: unknown): void {
  console[level](JSON.stringify({ at, ...facts, ...(error === undefined ? {} : describe(error)) }));
}

function describe(error: unknown): Record<string, unknown> {
  // The stack opens with the message, whose lines may look like places.
  const trace = error instanceof Error ? error.stack?.replace(error.message, "") : undefined;
  const places = trace?.split("\n").filter((line) => /^\s+at /.test(line)) ?? [];
  return { error: rootCause(error), stack: places.slice(0, 8).map((line) => line.trim()) };
}

/** The database layer puts the query and its parameters into its message; what D1 itself said is the last cause. */
export function rootCause(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  let root = error;
  while (root.cause instanceof Error) root = root.cause;
  return `${root.name}: ${root.message}`;
}
