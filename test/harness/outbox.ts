/** The outbox as its queue runs it. */
import { createExecutionContext, createMessageBatch, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import worker from "../../src/index.ts";
import { rows } from "./api.ts";

/** Carries out what the outbox holds of one kind for one address, as the queue would. */
export async function deliver(kind: string, address: string): Promise<void> {
  const effects = await rows<{ id: string }>(
    "SELECT id FROM outbox WHERE kind = ? AND address = ?",
    kind,
    address,
  );
  const messages = effects.map(({ id }) => ({
    id,
    timestamp: new Date(),
    attempts: 1,
    body: { outbox: id, isNew: true },
  }));
  const context = createExecutionContext();
  await worker.queue(createMessageBatch("caravan-jobs", messages), env, context);
  await waitOnExecutionContext(context);
}
