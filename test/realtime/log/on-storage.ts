/** A journal on the storage of a new object. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { Draft } from "../../../src/platform/realtime/log/entry.ts";
import { Journal } from "../../../src/platform/realtime/log/journal/journal.ts";
import { unique } from "../../harness/api.ts";

/** Lets the callback open a journal any number of times on one empty storage. */
export function onStorage(work: (open: () => Journal, sql: SqlStorage) => void): Promise<void> {
  const stub = env.EVENT_ROOMS.getByName(`event:${unique("journal")}`);
  return runInDurableObject(stub, (_, { storage: { sql } }) => work(() => new Journal(sql), sql));
}

/** A message to append, with changes. */
export const draft = (text: string, more: Partial<Draft> = {}): Draft => ({
  author: 1,
  ref: null,
  kind: "message",
  body: { text },
  ...more,
});

/** This many messages. */
export const drafts = (count: number) =>
  Array.from({ length: count }, (_, index) => draft(`number ${index}`));
