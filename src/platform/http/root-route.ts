/** `GET /api/v1/`: the root that older clients ask for; what there is, the documents tell. */
import { z } from "@hono/zod-openapi";
import { respond, route } from "./route.ts";

export const rootRoute = route({
  method: "get",
  path: "/api/v1",
  tag: "Operations",
  summary: "Whether one is signed in",
  access: "signedIn",
  responses: { 200: z.object({}).openapi("Root") },
  handle: async () => respond(200, {}),
});
