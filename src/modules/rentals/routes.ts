/** `/api/v1/carposts/…`: list, create, change and delete car posts. */

import { optionalDecimal } from "../../platform/decimal.ts";
import { forbidden, notFound } from "../../platform/http/errors.ts";
import { boolean, integer, string } from "../../platform/http/input/fields.ts";
import { envelope, pageQuery, paginate } from "../../platform/http/lists/paging.ts";
import { type Route, respond, route } from "../../platform/http/route.ts";
import { text } from "../../platform/http/text.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { z } from "../../platform/zod.ts";
import { addPost, changePost, removePost } from "./commands.ts";
import { POST_FORM_LIMIT, pictureOf, picturePart } from "./post-form.ts";
import {
  type CarPost,
  findPost,
  listPosts,
  ORDERS,
  ownPost,
  type PostRefusal,
  pictureUrls,
} from "./queries.ts";
import { NewPost, PostChange, PostWire, toPostChange, toPostFacts, toPostWire } from "./schemas.ts";

const tag = "Rentals";
const path = "/api/v1/carposts";
const PAGE_SIZE = 10;

const NO_POST = text("No CarPost matches the given query.", "Объявление не найдено.");

export const noPost = () => notFound(NO_POST);

/** The error for a post that the caller may not change. */
function postRefusal(refusal: PostRefusal) {
  return refusal === "missing" ? noPost() : forbidden();
}

const WithPicture = PostWire.extend({ image: z.string().nullable() }).openapi("CarPostWithPicture");

async function withPictures(
  ctx: RequestContext,
  posts: readonly CarPost[],
): Promise<z.input<typeof WithPicture>[]> {
  const urls = await pictureUrls(ctx, posts);
  return posts.map((post) => ({ ...toPostWire(post), image: urls.get(post.id) ?? null }));
}

async function withPicture(ctx: RequestContext, post: CarPost): Promise<z.input<typeof WithPicture>> {
  const [wire] = await withPictures(ctx, [post]);
  return wire ?? { ...toPostWire(post), image: null };
}

const filter = pageQuery.extend({
  search: string({ max: 200, blank: true }).optional(),
  fuel: string({ max: 255, blank: true }).optional(),
  transmission: string({ max: 255, blank: true }).optional(),
  location: string({ max: 255, blank: true }).optional(),
  min_price: optionalDecimal(),
  max_price: optionalDecimal(),
  mine: boolean().optional(),
  ordering: z.enum(ORDERS).optional(),
});

const list = route({
  method: "get",
  path,
  tag,
  summary: "List car posts",
  description:
    "`search` covers name, model, location and description. Prices are compared by the number in their text.",
  access: "signedIn",
  query: filter,
  responses: { 200: envelope(WithPicture) },
  async handle({ ctx, caller, query, request }) {
    const chosen = {
      userId: query.mine ? caller.userId : undefined,
      search: query.search,
      fuel: query.fuel || undefined,
      transmission: query.transmission || undefined,
      location: query.location || undefined,
      minPrice: query.min_price ?? undefined,
      maxPrice: query.max_price ?? undefined,
      order: query.ordering,
    };
    const page = await paginate(
      ctx,
      request,
      query,
      PAGE_SIZE,
      (window) => listPosts(ctx, chosen, window),
      (post) => post,
    );
    return respond(200, { ...page, results: await withPictures(ctx, page.results) });
  },
});

const create = route({
  method: "post",
  path,
  tag,
  summary: "Create a car post",
  description: "A multipart form may contain the picture as `image`.",
  access: "signedIn",
  creates: true,
  body: NewPost.extend({ image: picturePart }),
  multipartLimit: POST_FORM_LIMIT,
  responses: { 201: WithPicture },
  async handle({ ctx, caller, body }) {
    const picture = pictureOf(body.image);
    const post = await addPost(ctx, caller.userId, toPostFacts(body), picture);
    // A new post has no other picture to look for.
    return respond(201, picture ? await withPicture(ctx, post) : { ...toPostWire(post), image: null });
  },
});

const params = z.object({ id: integer({ min: 1 }) });

const read = route({
  method: "get",
  path: `${path}/:id`,
  tag,
  summary: "Read a car post",
  access: "signedIn",
  params,
  responses: { 200: WithPicture },
  async handle({ ctx, params }) {
    const post = await findPost(ctx, params.id);
    if (!post) throw noPost();
    return respond(200, await withPicture(ctx, post));
  },
});

const change = (method: "put" | "patch") =>
  route({
    method,
    path: `${path}/:id`,
    tag,
    summary: "Change your car post or its picture",
    description: "PUT and PATCH both change only the given fields.",
    access: "signedIn",
    params,
    body: PostChange.extend({ image: picturePart }),
    multipartLimit: POST_FORM_LIMIT,
    responses: { 200: WithPicture },
    async handle({ ctx, caller, params, body }) {
      const post = await ownPost(ctx, caller, params.id);
      if (typeof post === "string") throw postRefusal(post);
      const changed = await changePost(ctx, caller, post, toPostChange(body), pictureOf(body.image));
      if (!changed) throw noPost();
      return respond(200, await withPicture(ctx, changed));
    },
  });

const remove = route({
  method: "delete",
  path: `${path}/:id`,
  tag,
  summary: "Delete your car post and its picture",
  access: "signedIn",
  params,
  responses: { 204: null },
  async handle({ ctx, caller, params }) {
    const post = await ownPost(ctx, caller, params.id);
    if (typeof post === "string") throw postRefusal(post);
    if (!(await removePost(ctx, caller, post))) throw noPost();
    return respond(204, null);
  },
});

export const rentalRoutes: readonly Route[] = [list, create, read, change("put"), change("patch"), remove];
