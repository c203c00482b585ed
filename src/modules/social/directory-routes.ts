/** `/api/v1/cities/` and `/api/v1/interests/`: lists to choose from, read only. */
import { z } from "@hono/zod-openapi";
import { notFound } from "../../platform/http/errors.ts";
import { string } from "../../platform/http/fields.ts";
import { type Route, reply, route } from "../../platform/http/route.ts";
import type { Scope } from "../../platform/runtime.ts";
import { idParam } from "../identity/index.ts";
import { type DirectoryFilter, listCities, listInterests, type Named } from "./directory.ts";
import { NamedThing } from "./schemas.ts";

const tag = "Find Friend";
const challenge = "Token";

type Load = (scope: Scope, filter: DirectoryFilter) => Promise<Named[]>;

const directory = (things: string, thing: string, load: Load): Route[] => [
  route({
    method: "get",
    path: `/api/v1/${things}`,
    tag,
    summary: `List ${things}`,
    access: "signedIn",
    challenge,
    query: z.object({ search: string({ max: 200, blank: true }).optional() }),
    answers: { 200: z.array(NamedThing) },
    handle: async ({ scope, query }) => reply(200, await load(scope, { search: query.search })),
  }),
  route({
    method: "get",
    path: `/api/v1/${things}/:id`,
    tag,
    summary: `Read ${thing}`,
    access: "signedIn",
    challenge,
    params: idParam,
    answers: { 200: NamedThing },
    async handle({ scope, params }) {
      const [found] = await load(scope, { id: params.id });
      if (!found) throw notFound();
      return reply(200, found);
    },
  }),
];

export const directoryRoutes: readonly Route[] = [
  ...directory("cities", "a city", listCities),
  ...directory("interests", "an interest", listInterests),
];
