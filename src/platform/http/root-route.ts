/** `GET /api/v1/`: older clients request it to check their credentials. */
import { z } from "../zod.ts";
import { respond, route } from "./route.ts";

export const rootRoute = route({
  method: "get",
  path: "/api/v1",
  tag: "Operations",
  summary: "Check the credentials",
  access: "signedIn",
  responses: { 200: z.object({}).openapi("Root") },
  handle: async () => respond(200, {}),
});
