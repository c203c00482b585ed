import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

const COUNTED = ["test/budgets/rows.test.ts", "test/budgets/sockets.test.ts"];
const CLOCKED = ["test/tracking/freshness.test.ts"];
const RIGHTS = ["test/{authorization,security}/**/*.test.ts"];
const DIALECTS = ["test/dialects/**/*.test.ts"];

/** Tests of the Worker run inside workerd, one isolate and one storage for all tests of a project. */
function workerProject(name: string, files: { include: string[]; exclude?: string[] }) {
  return {
    plugins: [
      cloudflareTest(async () => ({
        main: "./src/index.ts",
        wrangler: { configPath: "./wrangler.toml" },
        miniflare: {
          // The second database of `test/growth/`.
          d1Databases: { FILLED: "filled" },
          bindings: {
            TEST_MIGRATIONS: await readD1Migrations("./migrations"),
            APP_ENV: "development",
            SIGNING_SECRET: "a signing secret that only the tests know",
            // Thousands of sign-ups: the real algorithm at a fraction of its cost.
            PASSWORD_COST: "1024/8/1",
            // And all of them from one address. What limits do is tested by setting them.
            RATE_REGISTRATION: "1000000/60",
            RATE_LOGIN: "1000000/60",
            RATE_RESET: "1000000/60",
            WEBHOOK_RETRIES: "0.1,0.1,0.2",
            OUTBOUND_LOOPBACK: "off",
            // Statements are counted; what the log does is tested by setting it.
            REQUEST_LOG_RATE: "0",
          },
          outboundService: (request: Request) => new Response(`blocked ${request.url}`, { status: 418 }),
        },
      })),
    ],
    test: {
      name,
      provide: {
        fuzz: {
          seed: Number(process.env.FUZZ_SEED ?? 11),
          requests: Number(process.env.FUZZ_REQUESTS ?? 2000),
          frames: Number(process.env.FUZZ_FRAMES ?? 500),
        },
      },
      ...files,
      setupFiles: ["./test/setup.ts"],
      isolate: false,
      maxWorkers: 1,
      testTimeout: 20_000,
      hookTimeout: 30_000,
      // A busy machine may be late; `npm test` names at its end what was tried again. What must never fail once
      // (torture, random requests) says `retry: 0` itself.
      retry: 2,
    },
  };
}

/** The Worker's tests; `whole/`, `console/` and `play/` run in Node against a real server. */
export default defineConfig({
  test: {
    projects: [
      workerProject("worker", {
        include: ["test/**/*.test.ts"],
        exclude: ["test/{whole,console,play,client}/**", ...COUNTED, ...CLOCKED, ...RIGHTS, ...DIALECTS],
      }),
      // With budgets and clock in a process of its own, so that the three runs of `npm test` take about as long.
      workerProject("rights", { include: RIGHTS }),
      workerProject("dialects", { include: DIALECTS }),
      // What is counted is counted alone: rooms of other tests would write rows meanwhile.
      workerProject("budgets", { include: COUNTED }),
      // A clock that the test moves would fire the alarms of all other tests' rooms.
      workerProject("clock", { include: CLOCKED }),
      // The client has a fake server, and needs none of the Worker.
      { test: { name: "client", include: ["test/client/**/*.test.ts"] } },
      {
        test: {
          name: "whole",
          include: ["test/{whole,console,play}/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Positions are shown once a second; a page shows one up to a second later.
          expect: { poll: { timeout: 10_000 } },
          fileParallelism: false,
          retry: 2,
        },
      },
    ],
  },
});
