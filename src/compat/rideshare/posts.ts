/** Car posts as the shipped client calls them: a path per action, partial multipart edits, errors under `Message`. */

import {
  addPost,
  changePost,
  findPost,
  listPosts,
  NewPost,
  noPost,
  OPTIONAL_FIELDS,
  ownPost,
  POST_FORM_LIMIT,
  PostChange,
  PostWire,
  pictureOf,
  pictureUrls,
  removePost,
  toPostChange,
  toPostFacts,
  toPostWire,
} from "../../modules/rentals/index.ts";
import { Refusal, refuse, wire } from "../../platform/http/errors.ts";
import { integer } from "../../platform/http/input/fields.ts";
import { parse } from "../../platform/http/input/validation.ts";
import { type ErrorFormat, type Route, respond, route } from "../../platform/http/route.ts";
import { literal } from "../../platform/http/text.ts";
import { numberIn } from "../../platform/ids.ts";
import { MAX_PICTURE } from "../../platform/storage/media.ts";
import { z } from "../../platform/zod.ts";
import { legacyPage, legacyPageOf } from "./paging.ts";

const tag = "Rideshare";
const idParam = z.object({ id: integer({ min: 1 }) });
/** Any text: an invalid page number returns a 200. */
const pageParam = z.object({ page: z.string() });

const NOT_YOURS_TO_EDIT = "You do not have permission to edit this car post.";
const NOT_YOURS_TO_DELETE = literal("You do not have permission to delete this car post.");
const TOO_LARGE = "The image size is too large. Please upload an image that is less than 10MB.";

const pages = (path: string, summary: string, mine: boolean) =>
  route({
    method: "get",
    path,
    tag,
    summary,
    access: "signedIn",
    params: pageParam,
    responses: { 200: legacyPage(PostWire) },
    handle: async ({ ctx, caller, params }) => {
      const filter = mine ? { userId: caller.userId } : {};
      return respond(
        200,
        await legacyPageOf(params.page, (window) => listPosts(ctx, filter, window), toPostWire),
      );
    },
  });

const read = route({
  method: "get",
  path: "/api/get-carpost/:id",
  tag,
  summary: "Read a car post",
  access: "signedIn",
  params: idParam,
  responses: { 200: PostWire },
  async handle({ ctx, params }) {
    const post = await findPost(ctx, params.id);
    if (!post) throw noPost();
    return respond(200, toPostWire(post));
  },
});

const add = route({
  method: "post",
  path: "/api/add-carpost",
  tag,
  summary: "Create a car post; its picture is uploaded separately",
  access: "signedIn",
  creates: true,
  body: NewPost,
  responses: { 200: PostWire },
  handle: async ({ ctx, caller, body }) =>
    respond(200, toPostWire(await addPost(ctx, caller.userId, toPostFacts(body), null))),
});

/** Adds `Message`: the client's edit form shows it, and closes as if it had saved if a 400 has none. */
const withMessage: ErrorFormat = (refusal, locale) => {
  const body = wire(refusal.body, locale) as Record<string, unknown>;
  if ("Message" in body || (refusal.status !== 400 && refusal.status !== 413)) return body;
  if (refusal.status === 413) return { Message: TOO_LARGE, ...body };
  const [first] = Object.values(body);
  return { Message: Array.isArray(first) ? String(first[0]) : String(first), ...body };
};

const update = route({
  method: "put",
  path: "/api/update-ridepost/:id",
  tag,
  summary: "Change the given fields of your car post, and its picture",
  access: "signedIn",
  params: idParam,
  body: z
    .looseObject({})
    .openapi({ description: "The fields of a car post and `image`, as a form or as JSON." }),
  multipartLimit: POST_FORM_LIMIT,
  formatError: withMessage,
  responses: { 200: PostWire },
  async handle({ ctx, caller, params, body, request }) {
    const post = await ownPost(ctx, caller, params.id);
    if (post === "missing") throw noPost();
    if (post === "forbidden")
      throw new Refusal(403, { raw: { Message: NOT_YOURS_TO_EDIT, detail: NOT_YOURS_TO_EDIT } });
    const change = parse(PostChange, isForm(request) ? withoutTextNulls(body) : body);
    const picture = pictureOf(body.image);
    if (picture && picture.size > MAX_PICTURE)
      throw new Refusal(400, { raw: { Message: TOO_LARGE, image: [TOO_LARGE] } });
    const changed = await changePost(ctx, caller, post, toPostChange(change), picture);
    if (!changed) throw noPost();
    return respond(200, toPostWire(changed));
  },
});

function isForm(request: Request): boolean {
  return request.headers.get("content-type")?.startsWith("multipart/form-data") ?? false;
}

/** A form cannot send null, so the client sends the word. It means null where a field may be null. */
function withoutTextNulls(body: Record<string, unknown>): Record<string, unknown> {
  const nulls = OPTIONAL_FIELDS.filter((field) => body[field] === "null" || body[field] === "undefined");
  return { ...body, ...Object.fromEntries(nulls.map((field) => [field, null])) };
}

const remove = route({
  method: "delete",
  path: "/api/delete-ridepost",
  tag,
  summary: "Delete a car post; the id is in the body",
  access: "signedIn",
  body: z.object({ car_post_id: integer({ min: 1 }).nullable().optional() }),
  responses: { 200: z.union([z.object({ message: z.string() }), z.object({ detail: z.string() })]) },
  async handle({ ctx, caller, body }) {
    if (!body.car_post_id) return respond(200, { detail: "Missing required argument: car_post_id" });
    const post = await ownPost(ctx, caller, body.car_post_id);
    if (post === "missing") throw noPost();
    if (post === "forbidden") throw refuse(403, NOT_YOURS_TO_DELETE);
    if (!(await removePost(ctx, caller, post))) throw noPost();
    return respond(200, { message: "Car post deleted successfully!" });
  },
});

const picture = route({
  method: "get",
  path: "/api/get-image-by-post-id/:id",
  tag,
  summary: "Read the URL of a post's picture; without a picture there is no `url`",
  access: "signedIn",
  params: z.object({ id: z.string() }),
  responses: { 200: z.union([z.object({ url: z.string() }), z.object({ message: z.string() })]) },
  async handle({ ctx, params }) {
    const id = numberIn(params.id);
    const post = id === null ? null : await findPost(ctx, id);
    if (!post) return respond(200, { message: "The car post does not exist!" });
    const url = (await pictureUrls(ctx, [post])).get(post.id);
    return respond(200, url ? { url } : { message: "The car post no image!" });
  },
});

export const postRoutes: readonly Route[] = [
  pages("/api/get-carposts/:page", "List a page of all car posts", false),
  pages("/api/get-user-carposts/:page", "List a page of your car posts", true),
  read,
  add,
  update,
  remove,
  picture,
];
