/** `/api/v1/users/me/` and `/api/v1/users/{id}/`: a profile read, changed and deleted. */
import { z } from "@hono/zod-openapi";
import { auditEntry } from "../../platform/db/audit.ts";
import { forbidden, invalid, notFound } from "../../platform/http/errors.ts";
import { secret } from "../../platform/http/fields.ts";
import { type Route, reply, route } from "../../platform/http/route.ts";
import type { Scope } from "../../platform/runtime.ts";
import { deleteAccount, findUser, identityMessages, idParam, verifyOwnPassword } from "../identity/index.ts";
import { findPerson, type Viewer } from "./people.ts";
import { noteOrigin } from "./places.ts";
import { changeProfile, requireOwn } from "./profiles.ts";
import { FullProfile, PartialProfile, PersonWire, toPersonWire } from "./schemas.ts";

const tag = "Find Friend";
const challenge = "Token";
/** Above the 8 MB of a picture, so that a larger one is refused in words. */
const FORM_LIMIT = 10 * 1024 * 1024;

export async function personWire(
  scope: Scope,
  viewer: Viewer,
  userId: number,
): Promise<z.input<typeof PersonWire>> {
  const person = await findPerson(scope, viewer, userId);
  if (!person) throw notFound();
  return toPersonWire(scope, person);
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
    answers: { 200: PersonWire },
    async handle({ scope, caller, params, request }) {
      const person = await findPerson(scope, caller, whose(params, caller));
      if (!person) throw notFound();
      if (person.hasBlocked && !caller.isStaff) throw forbidden();
      noteOrigin(scope, caller.userId, request);
      return reply(200, toPersonWire(scope, person));
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
    answers: { 200: PersonWire },
    may: ({ scope, caller, params }) => requireOwn(scope, caller, whose(params, caller)),
    async handle({ scope, caller, params, body, request }) {
      const userId = whose(params, caller);
      await requireOwn(scope, caller, userId);
      // A form has no way to say false but to leave a box out.
      const unticked = method === "put" && isForm(request) ? { is_geoip_allowed: false } : {};
      await changeProfile(scope, caller, userId, { ...unticked, ...body });
      noteOrigin(scope, caller.userId, request);
      return reply(200, await personWire(scope, caller, userId));
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
    answers: { 204: null },
    may: ({ scope, caller, params }) => requireOwn(scope, caller, whose(params, caller)),
    async handle({ scope, caller, params, body }) {
      const userId = whose(params, caller);
      await requireOwn(scope, caller, userId);
      if (body.current_password !== undefined)
        await requirePassword(scope, caller.userId, body.current_password);
      const subject = { action: "user.delete", subject: `user:${userId}`, before: null, after: null };
      const also = caller.userId === userId ? [] : [auditEntry(scope, caller, subject)];
      if (!(await deleteAccount(scope, userId, { session: caller.sessionId, also }))) throw notFound();
      return reply(204, null);
    },
  });

/** Refuses whoever does not know their own password. */
async function requirePassword(scope: Scope, userId: number, password: string): Promise<void> {
  const user = await findUser(scope, userId);
  if (!user || !(await verifyOwnPassword(scope, user, password)))
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
