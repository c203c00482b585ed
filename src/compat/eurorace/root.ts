/** Eurorace's API root: the links to its two collections. */

import { type Route, respond, route } from "../../platform/http/route.ts";
import { z } from "../../platform/zod.ts";

export const rootRoute: Route = route({
  method: "get",
  path: "/api",
  tag: "Eurorace",
  summary: "List the collections",
  access: "public",
  responses: { 200: z.object({ "location-reports": z.string(), tasks: z.string() }) },
  handle: async ({ ctx }) =>
    respond(200, {
      "location-reports": `${ctx.origin}/api/location-reports/`,
      tasks: `${ctx.origin}/api/tasks/`,
    }),
});
