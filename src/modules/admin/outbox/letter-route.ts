/** `GET /api/admin/outbox/{id}/letter/`: a row of the outbox as the mail or message that it is. */
import { eq } from "drizzle-orm";
import { outbox } from "../../../platform/db/tables.ts";
import { notFound } from "../../../platform/http/errors.ts";
import { string } from "../../../platform/http/input/fields.ts";
import { type Route, respond, route } from "../../../platform/http/route.ts";
import type { Templates } from "../../../platform/mail/mail.ts";
import { maskedLetter } from "../../../platform/mail/masked.ts";
import { z } from "../../../platform/zod.ts";
import { requireResource } from "../catalogue.ts";

const LetterWire = z
  .object({
    from: z.string().openapi({ description: "Empty for a message to a phone." }),
    to: z.string(),
    subject: z.string(),
    text: z.string(),
    html: z.string(),
    attachments: z.array(z.string()).openapi({ description: "Names of the files." }),
  })
  .openapi("AdminLetter");

/** `templates`: of all mails. */
export function letterRoute(templates: Templates): Route {
  return route({
    method: "get",
    path: "/api/admin/outbox/:id/letter",
    tag: "Admin",
    summary: "Read a row of the outbox as a letter",
    description:
      "Codes and the parts of links that grant access are hidden. 404 for rows that are no letter, and for letters whose content was forgotten once they were sent, because it was a secret.",
    access: "operator",
    right: "outbox:letter",
    params: z.object({ id: string({ max: 100 }) }),
    responses: { 200: LetterWire },
    async handle({ ctx, caller, params }) {
      requireResource(caller, "outbox", "read");
      const [row] = await ctx.db.select().from(outbox).where(eq(outbox.id, params.id));
      const letter = row ? maskedLetter(row, templates) : null;
      if (!row || !letter) throw notFound();
      const from = row.kind === "mail" ? ctx.runtime.settings.mail.from : "";
      return respond(200, { from, to: row.address, ...letter, attachments: [...letter.attachments] });
    },
  });
}
