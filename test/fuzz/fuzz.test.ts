/** Seeded requests and frames to everything documented: no server error, no hang, nothing written by a refusal. */
import { expect, inject, test } from "vitest";
import { get } from "../harness/api.ts";
import { fuzzFrames } from "./frames.ts";
import { fuzzRequests } from "./requests.ts";
import { RandomSource } from "./values.ts";

const { seed, requests, frames } = inject("fuzz");
const patience = 60_000 + requests * 200 + frames * 200;

test("Every documented route answers random requests without a server error.", {
  timeout: patience,
  retry: 0,
}, async () => {
  const { body: document } = await get("/swagger.json");
  const { statuses, faults, writes } = await fuzzRequests(document, new RandomSource(seed), requests);
  expect(faults, `seed ${seed}: ${JSON.stringify(statuses)}`).toEqual([]);
  // Some requests must succeed: otherwise nothing behind the validation was tested.
  expect(statuses[200] ?? 0).toBeGreaterThan(requests / 20);
  expect(writes, JSON.stringify(statuses)).toBeGreaterThan(requests / 40);
});

test("Every documented socket accepts or refuses random frames, and continues.", {
  timeout: patience,
  retry: 0,
}, async () => {
  const { body: document } = await get("/asyncapi.json");
  const { sent, faults } = await fuzzFrames(document, new RandomSource(seed), frames);
  expect(faults, `seed ${seed}`).toEqual([]);
  expect(sent).toBe(frames);
});
