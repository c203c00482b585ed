/** `GET /health/`: whether each part answers. */
import { z } from "@hono/zod-openapi";
import { sql } from "drizzle-orm";
import type { Scope } from "../runtime.ts";
import { reply, route } from "./route.ts";

const Health = z.object({
  status: z.enum(["ok", "degraded"]),
  parts: z.record(z.string(), z.enum(["ok", "failing"])),
});

const PARTS: Record<string, (scope: Scope) => Promise<unknown>> = {
  database: (scope) => scope.db.run(sql`SELECT 1`),
  storage: (scope) => scope.runtime.bucket.head("health"),
};

export const healthRoute = route({
  method: "get",
  path: "/health",
  tag: "Operations",
  summary: "State of each part",
  access: "public",
  answers: { 200: Health, 503: Health },
  async handle({ scope }) {
    const names = Object.keys(PARTS);
    const results = await Promise.allSettled(Object.values(PARTS).map((probe) => probe(scope)));
    const parts = Object.fromEntries(
      results.map((result, index) => [
        names[index] ?? "",
        result.status === "fulfilled" ? ("ok" as const) : ("failing" as const),
      ]),
    );
    const healthy = results.every((result) => result.status === "fulfilled");
    return healthy ? reply(200, { status: "ok", parts }) : reply(503, { status: "degraded", parts });
  },
});
