/** The route that takes the form of a started upload. */

import { type Route, respond, route } from "../../platform/http/route.ts";
import { openForm } from "../../platform/storage/streaming-form.ts";
import { z } from "../../platform/zod.ts";
import { acceptForm, FORM_PATH } from "./uploads.ts";

const Form = z
  .object({
    key: z.string(),
    "Content-Type": z.string(),
    "x-caravan-file": z.string(),
    "x-caravan-size": z.string().optional(),
    "x-caravan-expires": z.string(),
    "x-caravan-signature": z.string(),
    file: z.string().openapi({ format: "binary" }),
  })
  .openapi("UploadFormFields");

const form = route({
  method: "post",
  path: FORM_PATH,
  tag: "Files",
  summary: "Send the file of a started upload",
  description:
    "Send the `fields` returned by the upload's start, in order, then `file`: a complete JPEG, PNG, WebP, GIF or AVIF of at most 10 485 760 bytes and 50 megapixels. Metadata is removed; the orientation stays. A form is accepted once and within the hour.",
  access: "signedIn",
  streamed: Form,
  responses: { 204: null },
  async handle({ ctx, caller, request }) {
    const arriving = await openForm(request);
    try {
      await acceptForm(ctx, caller, arriving);
    } finally {
      await arriving.drain();
    }
    return respond(204, null);
  },
});

export const fileRoutes: readonly Route[] = [form];
