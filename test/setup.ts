import { applyD1Migrations } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, expect } from "vitest";
// The parts of the script are known when all of it is.
import "../src/index.ts";
import { loadAllParts } from "../src/platform/on-demand.ts";
import { takeComplaints, watchRooms } from "./harness/documented-frames.ts";

await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
await loadAllParts();
watchRooms();

// Tests of the rooms' engine write made-up entries.
const MADE_UP = /\/test\/realtime\//;

afterEach(({ task }) => {
  const complaints = takeComplaints();
  if (!MADE_UP.test(task.file.filepath))
    expect(complaints, "what the AsyncAPI document does not have").toEqual([]);
});
