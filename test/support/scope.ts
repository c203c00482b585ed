/** A scope as services take it, for what no request can bring about: a clock of its own, parts that fail. */
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { runtimeOf } from "../../src/env.ts";
import { openJobScope } from "../../src/platform/http/scope.ts";
import type { Scope } from "../../src/platform/runtime.ts";
import type { TestEnv } from "./api.ts";

export interface Job {
  readonly scope: Scope;
  /** Waits for what the scope was given to do after its answer. */
  finished(): Promise<void>;
}

export function jobScope(changes: Partial<Scope> = {}, environment: TestEnv = env): Job {
  const context = createExecutionContext();
  return {
    scope: { ...openJobScope(runtimeOf(environment), context), ...changes },
    finished: () => waitOnExecutionContext(context),
  };
}
