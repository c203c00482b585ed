/** `/api/v1/users/me/` and `/api/v1/users/{id}/`: a profile read, changed and deleted. */
import { z } from "@hono/zod-openapi";
import { auditEntry } from "../../../platform/db/audit.ts";
import { forbidden, invalid, notFound } from "../../../platform/http/errors.ts";
import { secret } from "../../../platform/http/input/fields.ts";
import { type Route, respond, route } from "../../../platform/http/route.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import {
  deleteAccount,
  findUser,
  identityMessages,
  idParam,
  verifyOwnPassword,
} from "../../identity/index.ts";
import { noteOrigin } from "../places/queries.ts";
import { FullProfile, PartialProfile, PersonWire, toPersonWire } from "../schemas.ts";
import { changeProfile, requireOwn } from "./commands.ts";
import { findPerson, type Viewer } from "./queries.ts";

const tag = "Find Friend";
const challenge = "Token";
/** Above the 8 MB of a picture, so that a larger one is refused in words. */
const FORM_LIMIT = 10 * 1024 * 1024;

export async function personWire(
  ctx: RequestContext,
  viewer: Viewer,
  userId: number,
): Promise<z.input<typeof PersonWire>> {
  const person = await findPerson(ctx, viewer, userId);
  if (!person) throw notFound();
  return toPersonWire(ctx, person);
}

/** One's own page under its own name, everybody's by id. */
const whose = (params: { id: number } | undefined, caller: { userId: number }) => params?.id ?? caller.userId;

type Whose = typeof idParam | undefined;

const read = (place: string, params: Whose) =>
  route({
    method: "get",
    path: place,
    tag,
    summary: params ? "Read somebody's profile" : "Read one's own profile",
    access: "signedIn",
    challenge,
    params,
    responses: { 200: PersonWire },
    async handle({ ctx, caller, params, request }) {
      const person = await findPerson(ctx, caller, whose(params, caller));
      if (!person) throw notFound();
      if (person.hasBlocked && !caller.isStaff) throw forbidden();
      noteOrigin(ctx, caller.userId, request);
      return respond(200, toPersonWire(ctx, person));
    },
  });

const change = (method: "put" | "patch", place: string, params: Whose) =>
  route({
    method,
    path: place,
    tag,
    summary: params ? "Change a profile, as its person or as staff" : "Change one's own profile",
    description:
      "A new e-mail is applied at once and to be verified anew. A picture comes in a multipart form.",
    access: "signedIn",
    challenge,
    params,
    body: method === "put" ? FullProfile : PartialProfile,
    multipartLimit: FORM_LIMIT,
    responses: { 200: PersonWire },
    may: ({ ctx, caller, params }) => requireOwn(ctx, caller, whose(params, caller)),
    async handle({ ctx, caller, params, body, request }) {
      const userId = whose(params, caller);
      await requireOwn(ctx, caller, userId);
      // A form has no way to say false but to leave a box out.
      const unticked = method === "put" && isForm(request) ? { is_geoip_allowed: false } : {};
      await changeProfile(ctx, caller, userId, { ...unticked, ...body });
      noteOrigin(ctx, caller.userId, request);
      return respond(200, await personWire(ctx, caller, userId));
    },
  });

function isForm(request: Request): boolean {
  return /^(multipart\/form-data|application\/x-www-form-urlencoded)/i.test(
    request.headers.get("content-type") ?? "",
  );
}

const remove = (place: string, params: Whose) =>
  route({
    method: "delete",
    path: place,
    tag,
    summary: params ? "Delete an account, as its person or as staff" : "Delete one's own account",
    description: "A `current_password` is checked when it is sent. Other fields are ignored.",
    access: "signedIn",
    challenge,
    params,
    body: z.object({ current_password: secret().optional() }),
    responses: { 204: null },
    may: ({ ctx, caller, params }) => requireOwn(ctx, caller, whose(params, caller)),
    async handle({ ctx, caller, params, body }) {
      const userId = whose(params, caller);
      await requireOwn(ctx, caller, userId);
      if (body.current_password !== undefined)
        await requirePassword(ctx, caller.userId, body.current_password);
      const subject = { action: "user.delete", subject: `user:${userId}`, before: null, after: null };
      const also = caller.userId === userId ? [] : [auditEntry(ctx, caller, subject)];
      if (!(await deleteAccount(ctx, userId, { session: caller.sessionId, also }))) throw notFound();
      return respond(204, null);
    },
  });

/** Refuses whoever does not know their own password. */
async function requirePassword(ctx: RequestContext, userId: number, password: string): Promise<void> {
  const user = await findUser(ctx, userId);
  if (!user || !(await verifyOwnPassword(ctx, user, password)))
    throw invalid({ current_password: identityMessages.passwordWrong });
}

const profileAt = (place: string, params: Whose): Route[] => [
  read(place, params),
  change("put", place, params),
  change("patch", place, params),
  remove(place, params),
];

export const profileRoutes: readonly Route[] = [
  ...profileAt("/api/v1/users/me", undefined),
  // Digits only: what stands there in words is a place of its own.
  ...profileAt("/api/v1/users/:id{\\d+}", idParam),
];
