/** Where Resend reports letters that came back and complaints. */
import { verifiedId } from "../../../platform/crypto/standard-webhooks.ts";
import { notFound, refuse } from "../../../platform/http/errors.ts";
import { readText } from "../../../platform/http/input/body.ts";
import { type Route, respond, route } from "../../../platform/http/route.ts";
import { text } from "../../../platform/http/text.ts";
import { endLetters } from "./commands.ts";
import { toMailReport } from "./schemas.ts";

const UNSIGNED = text(
  "The signature is missing, wrong or too old.",
  "Подписи нет, она неверна или устарела.",
);
const NOT_JSON = text("The body is not JSON.", "Тело запроса — не JSON.");

/** Bytes of one event. */
const LIMIT = 64 * 1024;

const report = route({
  method: "post",
  path: "/api/v1/mail/resend",
  tag: "Mail",
  summary: "Take an event about a mail",
  description:
    "For Resend's webhook, signed with `RESEND_WEBHOOK_SECRET`; 404 without that setting. Events of other types are accepted and ignored.",
  access: "public",
  hidden: true,
  responses: { 204: null },
  async handle({ ctx, request }) {
    const { webhookSecret } = ctx.runtime.settings.mail;
    if (webhookSecret === null) throw notFound();
    const body = await readText(request, LIMIT);
    const id = await verifiedId(webhookSecret, request.headers, body, ctx.now());
    if (id === null) throw refuse(401, UNSIGNED);
    const found = toMailReport(parsed(body));
    if (found) await endLetters(ctx, found);
    return respond(204, null);
  },
});

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw refuse(400, NOT_JSON);
  }
}

export const letterRoutes: readonly Route[] = [report];
