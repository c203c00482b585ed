/** A scope as services take it, for what no request can bring about: a clock of its own, parts that fail. */
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { runtimeOf } from "../../src/env.ts";
import { openJobContext } from "../../src/platform/http/request-context.ts";
import type { RequestContext } from "../../src/platform/runtime.ts";
import type { TestEnv } from "./api.ts";

export interface Job {
  readonly ctx: RequestContext;
  /** Waits for what the scope was given to do after its answer. */
  finished(): Promise<void>;
}

export function jobContext(changes: Partial<RequestContext> = {}, environment: TestEnv = env): Job {
  const context = createExecutionContext();
  return {
    ctx: { ...openJobContext(runtimeOf(environment), context), ...changes },
    finished: () => waitOnExecutionContext(context),
  };
}
