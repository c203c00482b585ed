/** `GET /health/`: whether database and storage respond. */

import { sql } from "drizzle-orm";
import type { RequestContext } from "../runtime.ts";
import { z } from "../zod.ts";
import { respond, route } from "./route.ts";

const Health = z.object({
  status: z.enum(["ok", "degraded"]),
  parts: z.record(z.string(), z.enum(["ok", "failing"])),
});

const PARTS: Record<string, (ctx: RequestContext) => Promise<unknown>> = {
  database: (ctx) => ctx.db.run(sql`SELECT 1`),
  storage: (ctx) => ctx.runtime.bucket.head("health"),
};

export const healthRoute = route({
  method: "get",
  path: "/health",
  tag: "Operations",
  summary: "Get the state of each part",
  access: "public",
  responses: { 200: Health, 503: Health },
  async handle({ ctx }) {
    const names = Object.keys(PARTS);
    const results = await Promise.allSettled(Object.values(PARTS).map((probe) => probe(ctx)));
    const parts = Object.fromEntries(
      results.map((result, index) => [
        names[index] ?? "",
        result.status === "fulfilled" ? ("ok" as const) : ("failing" as const),
      ]),
    );
    const healthy = results.every((result) => result.status === "fulfilled");
    return healthy ? respond(200, { status: "ok", parts }) : respond(503, { status: "degraded", parts });
  },
});
