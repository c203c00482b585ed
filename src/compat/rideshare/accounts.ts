/** Rideshare's account paths: the flat verbs that its shipped client calls with a cookie, and the documented REST ones. */
import { z } from "@hono/zod-openapi";
import {
  changeAccount,
  clientProfiles,
  deleteAccount,
  endSessions,
  findUser,
  identityMessages,
  localeField,
  optionalEmail,
  register,
  requireStrong,
  signIn,
  takenRefusal,
  tokenRefresh,
  type User,
  verifyOwnPassword,
  weaknesses,
} from "../../modules/identity/index.ts";
import { requireOwnOrigin } from "../../platform/http/admit.ts";
import type { Caller } from "../../platform/http/caller.ts";
import { SESSION_COOKIE, setCookie } from "../../platform/http/cookies.ts";
import { invalid, Refusal, refuse } from "../../platform/http/errors.ts";
import { boolean, email, secret, string } from "../../platform/http/input/fields.ts";
import { messages as shared } from "../../platform/http/messages.ts";
import { at, type Route, respond, route } from "../../platform/http/route.ts";
import { literal } from "../../platform/http/text.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { tokenObtain } from "../alphabet/index.ts";
import { flat } from "./wording.ts";

const tag = "Rideshare";

const EMAIL_TAKEN = { email: literal("user with this email already exists.") };
const WRONG = literal("Incorrect email or password!");

const Person = z
  .object({ id: z.number().int(), name: z.string(), email: z.string() })
  .openapi("RideshareUser");

/** This app has one name where the others have two: parted at the first space, joined again as it was. */
function splitName(name: string): { firstName: string; lastName: string } {
  const space = name.indexOf(" ");
  return space < 0
    ? { firstName: name, lastName: "" }
    : { firstName: name.slice(0, space), lastName: name.slice(space + 1) };
}

function nameOf(user: User): string {
  return [user.firstName, user.lastName].filter(Boolean).join(" ") || user.username;
}

function toPersonWire(user: User): z.input<typeof Person> {
  return { id: user.id, name: nameOf(user), email: user.email ?? "" };
}

/** The shipped client splits an `error` array at commas, so no message may hold one; none does. */
type WeakPassword = (password: string) => void;
const flatWeakness: WeakPassword = (password) => {
  const faults = weaknesses(password, { minLength: 8 });
  if (faults.length > 0) throw new Refusal(400, { fields: { error: faults } });
};
const restWeakness: WeakPassword = (password) => requireStrong(password, "password");

const NewPerson = z
  .object({ name: string({ max: 255 }), email: email(255), password: secret() })
  .openapi("RideshareRegister");

/** The original looks at the password before the other fields, and says nothing of them when it is weak. */
const passwordFirst = (weakness: WeakPassword) =>
  z.preprocess((given) => {
    const { password } = Object(given) as { password?: unknown };
    if (typeof password === "string") weakness(password);
    return given;
  }, NewPerson);

const registration = <S extends 200 | 201>(path: string, status: S, weakness: WeakPassword) =>
  route({
    method: "post",
    path,
    tag,
    summary: "Register",
    access: "public",
    creates: true,
    body: passwordFirst(weakness),
    responses: { 200: Person, 201: Person },
    async handle({ ctx, body }) {
      const made = await register(
        ctx,
        clientProfiles.rideshare,
        { email: body.email, password: body.password, ...splitName(body.name) },
        { signIn: false },
      );
      if (!made.ok) throw takenRefusal(made.taken, EMAIL_TAKEN);
      return respond(status as 201, toPersonWire(made.user));
    },
  });

const flatLogin = route({
  method: "post",
  path: "/api/login",
  tag,
  summary: "Sign in with a cookie",
  access: "public",
  body: z.object({ email: string({ max: 255 }), password: secret() }),
  responses: { 200: z.object({ jwt: z.string() }) },
  async handle({ ctx, body, request }) {
    requireOwnOrigin(ctx, request);
    const result = await signIn(ctx, clientProfiles.rideshare, body.email, body.password);
    if (!result.ok) {
      const refusal = refuse(401, result.reason === "unverified" ? identityMessages.emailNotVerified : WRONG);
      throw new Refusal(401, refusal.body, { "WWW-Authenticate": 'Bearer realm="api"' });
    }
    const jwt = result.credentials.access;
    return respond(
      200,
      { jwt },
      { "Set-Cookie": setCookie(SESSION_COOKIE, jwt, clientProfiles.rideshare.accessSeconds, request.url) },
    );
  },
});

const flatLogout = route({
  method: "post",
  path: "/api/logout",
  tag,
  summary: "Sign out; works without a valid session too",
  access: "optional",
  responses: { 200: z.object({ message: z.string() }) },
  async handle({ ctx, caller, request }) {
    if (caller) await endSessions(ctx, { userId: caller.userId, sessionId: caller.sessionId });
    return respond(
      200,
      { message: "success" },
      { "Set-Cookie": setCookie(SESSION_COOKIE, "", 0, request.url) },
    );
  },
});

async function ownUser(ctx: RequestContext, caller: Caller): Promise<User> {
  const user = await findUser(ctx, caller.userId);
  if (!user) throw refuse(401, identityMessages.noActiveAccount);
  return user;
}

const readUser = route({
  method: "get",
  path: "/api/user",
  tag,
  summary: "Read one's own account",
  access: "signedIn",
  responses: { 200: Person },
  handle: async ({ ctx, caller }) => respond(200, toPersonWire(await ownUser(ctx, caller))),
});

const UserChange = z
  .object({
    name: string({ max: 255 }).optional(),
    email: email(255).optional(),
    password: secret().optional(),
  })
  .openapi("RideshareUserChange");

const changeUser = (path: string, weakness: WeakPassword) =>
  route({
    method: "put",
    path,
    tag,
    summary: "Change name, e-mail or password",
    description: "Partial. A new password signs every other device out.",
    access: "signedIn",
    body: UserChange,
    responses: { 200: Person },
    handle: async ({ ctx, caller, body }) =>
      respond(200, toPersonWire(await applyChange(ctx, caller, body, weakness))),
  });

interface Change {
  readonly name?: string | undefined;
  readonly email?: string | undefined;
  readonly password?: string | undefined;
  readonly locale?: "ru" | "en" | undefined;
  readonly mailReminders?: boolean | undefined;
}

async function applyChange(
  ctx: RequestContext,
  caller: Caller,
  change: Change,
  weakness: WeakPassword,
): Promise<User> {
  if (change.password !== undefined) weakness(change.password);
  const { name, ...rest } = change;
  const changed = await changeAccount(
    ctx,
    caller.userId,
    { ...rest, ...(name === undefined ? {} : splitName(name)) },
    { session: caller.sessionId },
  );
  if (changed.ok) return changed.user;
  if (changed.taken === "missing") throw refuse(401, identityMessages.noActiveAccount);
  throw takenRefusal(changed.taken, EMAIL_TAKEN);
}

async function deleteOwn(ctx: RequestContext, caller: Caller): Promise<void> {
  if (!(await deleteAccount(ctx, caller.userId, { session: caller.sessionId })))
    throw refuse(401, identityMessages.noActiveAccount);
}

const flatDelete = route({
  method: "delete",
  path: "/api/user-delete",
  tag,
  summary: "Delete one's account",
  access: "signedIn",
  responses: { 200: null },
  async handle({ ctx, caller, request }) {
    await deleteOwn(ctx, caller);
    return respond(200, null, { "Set-Cookie": setCookie(SESSION_COOKIE, "", 0, request.url) });
  },
});

const restDelete = route({
  method: "delete",
  path: "/api/user",
  tag,
  summary: "Delete one's account",
  access: "signedIn",
  responses: { 204: null },
  async handle({ ctx, caller, request }) {
    await deleteOwn(ctx, caller);
    return respond(204, null, { "Set-Cookie": setCookie(SESSION_COOKIE, "", 0, request.url) });
  },
});

const Settings = z
  .object({ name: z.string(), email: z.string(), locale: localeField, mail_reminders: z.boolean() })
  .openapi("Settings");

const SettingsChange = UserChange.extend({
  email: optionalEmail()
    .transform((value) => value ?? undefined)
    .optional(),
  current_password: secret().optional(),
  locale: localeField.optional(),
  mail_reminders: boolean().optional(),
}).openapi("SettingsChange");

function toSettingsWire(user: User): z.input<typeof Settings> {
  return {
    name: nameOf(user),
    email: user.email ?? "",
    locale: user.locale,
    mail_reminders: user.mailReminders,
  };
}

/** Whoever has no password yet sets one without. */
async function requireCurrent(
  ctx: RequestContext,
  caller: Caller,
  current: string | undefined,
): Promise<void> {
  const user = await ownUser(ctx, caller);
  if (current === undefined) {
    if (user.passwordHash !== null) throw invalid({ current_password: shared.required });
  } else if (!(await verifyOwnPassword(ctx, user, current))) {
    throw invalid({ current_password: identityMessages.passwordWrong });
  }
}

const readSettings = route({
  method: "get",
  path: "/api/settings",
  tag,
  summary: "Read one's settings",
  access: "signedIn",
  responses: { 200: Settings },
  handle: async ({ ctx, caller }) => respond(200, toSettingsWire(await ownUser(ctx, caller))),
});

const changeSettings = route({
  method: "put",
  path: "/api/settings",
  tag,
  summary: "Change one's settings",
  description:
    "Partial. A new password needs `current_password` of whoever has one; when sent, it must be right.",
  access: "signedIn",
  body: SettingsChange,
  responses: { 200: Settings },
  async handle({ ctx, caller, body }) {
    const { current_password: current, mail_reminders: mailReminders, ...change } = body;
    if (change.password !== undefined) restWeakness(change.password);
    if (current !== undefined || change.password !== undefined) await requireCurrent(ctx, caller, current);
    return respond(
      200,
      toSettingsWire(await applyChange(ctx, caller, { ...change, mailReminders }, restWeakness)),
    );
  },
});

export const accountRoutes: readonly Route[] = [
  ...[
    registration("/api/register", 200, flatWeakness),
    flatLogin,
    flatLogout,
    readUser,
    changeUser("/api/user-update", flatWeakness),
    flatDelete,
  ].map(flat),
  registration("/api/auth/register", 201, restWeakness),
  at("/api/auth/token", tokenObtain, { tag }),
  at("/api/auth/token/refresh", tokenRefresh, { tag }),
  changeUser("/api/user", restWeakness),
  restDelete,
  readSettings,
  changeSettings,
  at("/api/v1/settings", readSettings),
  at("/api/v1/settings", changeSettings),
];
