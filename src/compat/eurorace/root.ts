/** What Eurorace's API root answers: where its two collections are. */
import { z } from "@hono/zod-openapi";
import { type Route, reply, route } from "../../platform/http/route.ts";

export const rootRoute: Route = route({
  method: "get",
  path: "/api",
  tag: "Eurorace",
  summary: "Find the collections",
  access: "public",
  answers: { 200: z.object({ "location-reports": z.string(), tasks: z.string() }) },
  handle: async ({ scope }) =>
    reply(200, {
      "location-reports": `${scope.origin}/api/location-reports/`,
      tasks: `${scope.origin}/api/tasks/`,
    }),
});
