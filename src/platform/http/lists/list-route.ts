/** Declares a paged list of the caller's own rows. */

import type { RequestContext } from "../../runtime.ts";
import type { z } from "../../zod.ts";
import type { Caller } from "../caller.ts";
import { type Route, respond, route } from "../route.ts";
import { envelope, type Listed, pageQuery, paginate, type Window } from "./paging.ts";

interface ListRoute<Row, Item extends z.ZodType> {
  /** Hono's spelling without the trailing slash. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly item: Item;
  /** Page size without `?limit=`. */
  readonly size: number;
  readonly load: (ctx: RequestContext, caller: Caller, window: Window) => Promise<Listed<Row>>;
  readonly toWire: (row: Row) => z.input<Item>;
}

/** `GET path`: the signed-in caller's own rows, page by page in the dialect's envelope. */
export function ownList<Row, Item extends z.ZodType>(spec: ListRoute<Row, Item>): Route {
  const { path, tag, summary, item, size, load, toWire } = spec;
  return route({
    method: "get",
    path,
    tag,
    summary,
    access: "signedIn",
    query: pageQuery,
    responses: { 200: envelope(item) },
    async handle({ ctx, caller, query, request }) {
      const page = (window: Window) => load(ctx, caller, window);
      return respond(200, await paginate(ctx, request, query, size, page, toWire));
    },
  });
}
