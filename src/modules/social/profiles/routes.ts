/** `/api/v1/users/me/` and `/api/v1/users/{id}/`: read, change and delete a profile. */

import { auditEntry } from "../../../platform/db/audit.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import { forbidden, invalid, notFound } from "../../../platform/http/errors.ts";
import { secret } from "../../../platform/http/input/fields.ts";
import { type Route, respond, route } from "../../../platform/http/route.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { z } from "../../../platform/zod.ts";
import {
  deleteAccount,
  findUser,
  identityMessages,
  idParam,
  verifyOwnPassword,
} from "../../identity/index.ts";
import { recordOrigin } from "../places/commands.ts";
import { FullProfile, PartialProfile, PersonWire, toPersonWire } from "../schemas.ts";
import { changeProfile, requireSelfOrStaff } from "./commands.ts";
import { findPerson, type Viewer } from "./queries.ts";

const tag = "Find Friend";
const challenge = "Token";
/** More than the 8 MB of a picture, so that a larger picture gets its own error. */
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

/** `me` without parameters, any person by id. */
const whose = (params: { id: number } | undefined, caller: { userId: number }) => params?.id ?? caller.userId;

type Whose = typeof idParam | undefined;

const read = (place: string, params: Whose) =>
  route({
    method: "get",
    path: place,
    tag,
    summary: params ? "Read a profile" : "Read your profile",
    access: "signedIn",
    challenge,
    params,
    responses: { 200: PersonWire },
    async handle({ ctx, caller, params, request }) {
      const person = await findPerson(ctx, caller, whose(params, caller));
      if (!person) throw notFound();
      if (person.hasBlocked && !caller.isStaff) throw forbidden();
      recordOrigin(ctx, caller.userId, request);
      return respond(200, toPersonWire(ctx, person));
    },
  });

const change = (method: "put" | "patch", place: string, params: Whose) =>
  route({
    method,
    path: place,
    tag,
    summary: params ? "Change a profile" : "Change your profile",
    description:
      "For the person and staff. A new e-mail applies at once and has to be verified. Send a picture as a multipart form.",
    access: "signedIn",
    challenge,
    params,
    body: method === "put" ? FullProfile : PartialProfile,
    multipartLimit: FORM_LIMIT,
    responses: { 200: PersonWire },
    may: ({ ctx, caller, params }) => requireSelfOrStaff(ctx, caller, whose(params, caller)),
    async handle({ ctx, caller, params, body, request }) {
      const userId = whose(params, caller);
      await requireSelfOrStaff(ctx, caller, userId);
      // A form says false by leaving a checkbox out.
      const unticked = method === "put" && isForm(request) ? { is_geoip_allowed: false } : {};
      await changeProfile(ctx, caller, userId, { ...unticked, ...body });
      recordOrigin(ctx, caller.userId, request);
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
    summary: params ? "Delete an account" : "Delete your account",
    description:
      "For the person and staff. `current_password` is checked when it is sent; other fields are ignored.",
    access: "signedIn",
    challenge,
    params,
    body: z.object({ current_password: secret().optional() }),
    responses: { 204: null },
    may: ({ ctx, caller, params }) => requireSelfOrStaff(ctx, caller, whose(params, caller)),
    async handle({ ctx, caller, params, body }) {
      const userId = whose(params, caller);
      await requireSelfOrStaff(ctx, caller, userId);
      if (body.current_password !== undefined) await requirePassword(ctx, caller, body.current_password);
      const subject = { action: "user.delete", subject: `user:${userId}`, before: null, after: null };
      const also = caller.userId === userId ? [] : [auditEntry(ctx, caller, subject)];
      if (!(await deleteAccount(ctx, userId, { session: caller.sessionId, also }))) throw notFound();
      return respond(204, null);
    },
  });

/** Refuses a wrong password. */
async function requirePassword(ctx: RequestContext, caller: Caller, password: string): Promise<void> {
  const user = await findUser(ctx, caller.userId);
  if (!user || !(await verifyOwnPassword(ctx, user, caller, password)))
    throw invalid({ current_password: identityMessages.passwordWrong });
}

const ME = "/api/v1/users/me";
/** Digits only: named paths are routes of their own. */
const BY_ID = "/api/v1/users/:id{\\d+}";

export const profileRoutes: readonly Route[] = [
  read(ME, undefined),
  change("put", ME, undefined),
  change("patch", ME, undefined),
  remove(ME, undefined),
  read(BY_ID, idParam),
  change("put", BY_ID, idParam),
  change("patch", BY_ID, idParam),
  remove(BY_ID, idParam),
];
