/** The form's door: where an upload that was started somewhere sends its file. */
import { z } from "@hono/zod-openapi";
import { type Route, respond, route } from "../../platform/http/route.ts";
import { openForm } from "../../platform/storage/streaming-form.ts";
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
    "The `fields` that the upload's start answered, in their order, then `file`: at most 10 485 760 bytes of JPEG, PNG, WebP, GIF or AVIF, whole and of at most 50 megapixels. Its metadata is removed, its orientation stays. A form is taken once and within the hour.",
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
