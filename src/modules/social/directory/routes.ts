/** `/api/v1/cities/` and `/api/v1/interests/`, read only. */

import { notFound } from "../../../platform/http/errors.ts";
import { string } from "../../../platform/http/input/fields.ts";
import { type Route, respond, route } from "../../../platform/http/route.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { z } from "../../../platform/zod.ts";
import { idParam } from "../../identity/index.ts";
import { NamedThing } from "../schemas.ts";
import { type DirectoryFilter, listCities, listInterests, type Named } from "./queries.ts";

const tag = "Find Friend";
const challenge = "Token";

type Load = (ctx: RequestContext, filter: DirectoryFilter) => Promise<Named[]>;

const directory = (things: string, thing: string, load: Load): Route[] => [
  route({
    method: "get",
    path: `/api/v1/${things}`,
    tag,
    summary: `List ${things}`,
    access: "signedIn",
    challenge,
    query: z.object({ search: string({ max: 200, blank: true }).optional() }),
    responses: { 200: z.array(NamedThing) },
    handle: async ({ ctx, query }) => respond(200, await load(ctx, { search: query.search })),
  }),
  route({
    method: "get",
    path: `/api/v1/${things}/:id`,
    tag,
    summary: `Read ${thing}`,
    access: "signedIn",
    challenge,
    params: idParam,
    responses: { 200: NamedThing },
    async handle({ ctx, params }) {
      const [found] = await load(ctx, { id: params.id });
      if (!found) throw notFound();
      return respond(200, found);
    },
  }),
];

export const directoryRoutes: readonly Route[] = [
  ...directory("cities", "a city", listCities),
  ...directory("interests", "an interest", listInterests),
];
