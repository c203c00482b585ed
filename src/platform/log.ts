/** Structured log lines. They never hold a token, code, body or bound parameter: an error is logged by name, cause and stack. */

type Level = "warn" | "error";

/** `at` names the place in the code; `facts` are ids and counts. */
export function log(level: Level, at: string, facts: Record<string, unknown>, error?: unknown): void {
  console[level](JSON.stringify({ at, ...facts, ...(error === undefined ? {} : describe(error)) }));
}

function describe(error: unknown): Record<string, unknown> {
  // The stack begins with the message, whose lines may look like stack frames.
  const trace = error instanceof Error ? error.stack?.replace(error.message, "") : undefined;
  const places = trace?.split("\n").filter((line) => /^\s+at /.test(line)) ?? [];
  return { error: rootCause(error), stack: places.slice(0, 8).map((line) => line.trim()) };
}

/** The last cause of an error: drizzle puts query and parameters into its own message, and D1's error is the cause. */
export function rootCause(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  let root = error;
  while (root.cause instanceof Error) root = root.cause;
  return `${root.name}: ${root.message}`;
}
