/** Wire shapes of uploads, for the routes that start and finish them. */

import { integer, string } from "../../platform/http/input/fields.ts";
import { z } from "../../platform/zod.ts";

const FILE_PURPOSES = ["car_image", "document", "task_photo", "event_image", "support_file"] as const;
export type FilePurpose = (typeof FILE_PURPOSES)[number];

/** Fields of a request that starts an upload, to spread into a route's body. `size` in bytes, if known. */
export const fileStart = {
  file_name: string({ max: 255 }),
  file_type: string({ max: 255 }),
  size: integer().optional(),
};

/** The result of `startUpload` on the wire. */
export const UploadForm = z
  .object({
    id: z.number().int(),
    url: z.string().describe("Where to POST a multipart form: every entry of `fields` in order, then `file`"),
    fields: z.record(z.string(), z.string()),
    put: z
      .object({ method: z.literal("PUT"), url: z.string(), headers: z.record(z.string(), z.string()) })
      .nullable()
      .describe("The same upload as one signed PUT to the object store; null where none is offered"),
  })
  .openapi("UploadForm");
