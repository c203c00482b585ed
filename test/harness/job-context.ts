/** A request context for calling services directly, with its own clock or parts that fail. */
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { runtimeOf } from "../../src/env.ts";
import { openJobContext } from "../../src/platform/http/request-context.ts";
import type { RequestContext } from "../../src/platform/runtime.ts";
import type { TestEnv } from "./api.ts";

export interface Job {
  readonly ctx: RequestContext;
  /** Waits for the work that was deferred. */
  finished(): Promise<void>;
}

/** The context of a job, with changes. */
export function jobContext(changes: Partial<RequestContext> = {}, environment: TestEnv = env): Job {
  const context = createExecutionContext();
  return {
    ctx: { ...openJobContext(runtimeOf(environment), context), ...changes },
    finished: () => waitOnExecutionContext(context),
  };
}
