/** Inserts outbox rows, and delivers them as the queue does. */
import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { vi } from "vitest";
import worker from "../../src/index.ts";
import { newOrderedId } from "../../src/platform/ids.ts";
import type { JobMessage } from "../../src/platform/runtime.ts";
import { rows, type TestEnv, unique } from "../harness/api.ts";

export interface StoredRow {
  readonly id: string;
  readonly kind: string;
  readonly address: string;
  readonly payload: string;
  readonly status: "pending" | "sent" | "suppressed" | "dead";
  readonly attempts: number;
  readonly next_attempt_at: number | null;
  readonly leased_until: number;
  readonly last_error: string | null;
  readonly created_at: number;
  readonly sent_at: number | null;
}

export const SECRET_LETTER = {
  template: "identity.reset_code",
  locale: "en",
  data: { code: "123456" },
  secret: true,
};
export const OPEN_LETTER = {
  template: "identity.reset_link",
  locale: "en",
  data: { url: "https://caravan.example/a", username: "ann" },
  secret: false,
};

/** Inserts a pending row as a commit leaves it, but without a queue message, and returns its id. */
export async function put(row: Partial<StoredRow> & { letter?: object } = {}): Promise<string> {
  const { letter = SECRET_LETTER, ...columns } = row;
  const now = Date.now();
  const all = {
    id: newOrderedId(columns.created_at ?? now),
    kind: "mail",
    address: `${unique()}@example.com`,
    payload: JSON.stringify(letter),
    next_attempt_at: null,
    // What has a time for its next attempt is not new any more.
    leased_until: "next_attempt_at" in columns ? 0 : now + 60_000,
    created_at: now,
    ...columns,
  };
  const names = Object.keys(all);
  await env.DB.prepare(`INSERT INTO outbox (${names.join()}) VALUES (${names.map(() => "?").join()})`)
    .bind(...Object.values(all))
    .run();
  return all.id;
}

/** Returns an outbox row; throws if it does not exist. */
export async function stored(id: string): Promise<StoredRow> {
  const [row] = await rows<StoredRow>("SELECT * FROM outbox WHERE id = ?", id);
  if (!row) throw new Error(`no outbox row ${id}`);
  return row;
}

/**
 * One delivery of these rows' messages, with what the handler said of each. `attempts`: how often the queue has delivered
 * the message by now.
 */
export async function deliver(
  ids: readonly string[],
  environment: TestEnv = env,
  queue = "caravan-jobs",
  attempts = 1,
) {
  const messages = ids.map((outbox, index) => ({
    id: `${index}`,
    timestamp: new Date(),
    attempts,
    body: { outbox, isNew: true },
  }));
  const batch = createMessageBatch<JobMessage>(queue, messages);
  const context = createExecutionContext();
  await worker.queue(batch, environment, context);
  const result = await getQueueResult(batch, context);
  return { acked: result.explicitAcks, retried: result.retryMessages };
}

/** Makes the row look as if its lease and its wait were over. */
export async function letTimePass(id: string): Promise<void> {
  await env.DB.prepare("UPDATE outbox SET leased_until = 0, next_attempt_at = 0 WHERE id = ?").bind(id).run();
}

export interface Sent {
  readonly url: string;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: what was sent is what each test is about.
  readonly body: any;
}

/** Answers every request that leaves the Worker, and records it. */
export function outside(answer: (sent: Sent) => Response | Promise<Response>): Sent[] {
  const sent: Sent[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    const letter = { url: request.url, headers: request.headers, body: await request.json() };
    sent.push(letter);
    return answer(letter);
  });
  return sent;
}

/** The provider's answer to a letter that it accepts. */
export const accepted = () => Response.json({ id: crypto.randomUUID() });
/** Resend's own shape of an error. */
export const refusal = (status: number, name: string) => () =>
  Response.json({ statusCode: status, name, message: `it said ${name}` }, { status });
