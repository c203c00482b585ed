/** Uploads as the shipped client makes them: start, post the form to the given `url`, finish. */

import { fileStart, finishUpload, startUpload, UploadForm } from "../../modules/files/index.ts";
import { noPost, ownPost } from "../../modules/rentals/index.ts";
import { forbidden } from "../../platform/http/errors.ts";
import { integer } from "../../platform/http/input/fields.ts";
import { type Route, respond, route } from "../../platform/http/route.ts";
import { z } from "../../platform/zod.ts";

const tag = "Rideshare";

const start = route({
  method: "post",
  path: "/api/upload/direct/start",
  tag,
  summary: "Start the upload of a post's picture",
  access: "signedIn",
  body: z.object({ ...fileStart, car_post_id: integer({ min: 1 }) }),
  responses: { 200: UploadForm },
  async handle({ ctx, caller, body }) {
    const post = await ownPost(ctx, caller, body.car_post_id);
    if (post === "missing") throw noPost();
    // A file belongs to its uploader and is deleted with that account. Staff changes a picture through the post.
    if (post === "forbidden" || post.userId !== caller.userId) throw forbidden();
    const upload = {
      purpose: "car_image",
      subjectId: post.id,
      fileName: body.file_name,
      fileType: body.file_type,
      size: body.size,
    } as const;
    return respond(200, await startUpload(ctx, caller, upload));
  },
});

const finish = route({
  method: "post",
  path: "/api/upload/direct/finish",
  tag,
  summary: "Finish an upload: check the picture and show it",
  access: "signedIn",
  body: z.object({ file_id: integer({ min: 1 }) }),
  responses: { 200: z.object({ id: z.number().int() }) },
  handle: async ({ ctx, caller, body }) => respond(200, await finishUpload(ctx, caller, body.file_id)),
});

export const uploadRoutes: readonly Route[] = [start, finish];
