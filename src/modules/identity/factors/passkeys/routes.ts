/** Routes of passkeys: register, list, rename, remove, and sign in by them. */
import { invalid } from "../../../../platform/http/errors.ts";
import { type Route, respond, route } from "../../../../platform/http/route.ts";
import { onDemand } from "../../../../platform/on-demand.ts";
import { z } from "../../../../platform/zod.ts";
import { ownAccountWire } from "../../accounts/visibility.ts";
import { messages } from "../../messages.ts";
import { signInFault } from "../../refusals.ts";
import { idParam, TokensWithAccount } from "../../schemas.ts";
import { clientProfiles } from "../../sessions/sessions.ts";
import { PASS_SECONDS } from "../proofs/one-time.ts";
import { listPasskeys } from "../queries.ts";
import { tag } from "../routes.ts";
import {
  CeremonyOptions,
  Credential,
  FreshProof,
  NewPasskey,
  PasskeyAdded,
  PasskeyChange,
  PasskeyWire,
  toPasskeyWire,
} from "../schemas.ts";

const passkeys = onDemand(() => import("./commands.ts"));

const path = "/api/v1/auth/passkeys";

const list = route({
  method: "get",
  path,
  tag,
  summary: "List your passkeys",
  access: "signedIn",
  isSetUp: true,
  responses: { 200: z.array(PasskeyWire) },
  handle: async ({ ctx, caller }) =>
    respond(200, (await listPasskeys(ctx, caller.userId)).map(toPasskeyWire)),
});

const begin = route({
  method: "post",
  path: `${path}/options`,
  tag,
  summary: "Get the options of a new passkey",
  description:
    "For `navigator.credentials.create()`. They are valid for five minutes, once, in this session.",
  access: "signedIn",
  isSetUp: true,
  body: FreshProof,
  responses: { 200: CeremonyOptions },
  async handle({ ctx, caller, body }) {
    const { beginPasskey } = await passkeys();
    return respond(200, { ...(await beginPasskey(ctx, caller, body)) });
  },
});

const add = route({
  method: "post",
  path,
  tag,
  summary: "Register a passkey",
  description:
    "An account with a passkey is asked for `otp` at every sign-in by password. Recovery codes are returned with the first second factor.",
  access: "signedIn",
  isSetUp: true,
  body: NewPasskey,
  responses: { 201: PasskeyAdded },
  async handle({ ctx, caller, body }) {
    const { addPasskey } = await passkeys();
    const { passkey, recoveryCodes } = await addPasskey(ctx, caller, body.name, body.credential);
    return respond(201, { ...toPasskeyWire(passkey), recovery_codes: recoveryCodes && [...recoveryCodes] });
  },
});

const rename = route({
  method: "patch",
  path: `${path}/:id`,
  tag,
  summary: "Rename a passkey",
  access: "signedIn",
  isSetUp: true,
  params: idParam,
  body: PasskeyChange,
  responses: { 200: PasskeyWire },
  async handle({ ctx, caller, params, body }) {
    const { renamePasskey } = await passkeys();
    return respond(200, toPasskeyWire(await renamePasskey(ctx, caller, params.id, body.name)));
  },
});

const remove = route({
  method: "delete",
  path: `${path}/:id`,
  tag,
  summary: "Remove a passkey",
  description: "The recovery codes go with the last second factor.",
  access: "signedIn",
  isSetUp: true,
  params: idParam,
  body: FreshProof,
  responses: { 204: null },
  async handle({ ctx, caller, params, body }) {
    const { removePasskey } = await passkeys();
    await removePasskey(ctx, caller, params.id, body);
    return respond(204, null);
  },
});

const beginSignIn = route({
  method: "post",
  path: `${path}/sign-in/options`,
  tag,
  summary: "Get the options of a sign-in by passkey",
  description: "For `navigator.credentials.get()`. They are valid for five minutes, once.",
  access: "public",
  responses: { 200: CeremonyOptions },
  async handle({ ctx }) {
    const { beginSignIn } = await passkeys();
    return respond(200, { ...(await beginSignIn(ctx)) });
  },
});

const APPS = ["towTruck", "alphabet", "eurorace", "findFriend", "rideshare"] as const;

const signIn = route({
  method: "post",
  path: `${path}/sign-in`,
  tag,
  summary: "Sign in by passkey",
  description:
    "`key` is for the `Token` scheme. `app` sets how long the tokens live, as that app's own sign-in does.",
  access: "public",
  body: z.object({ credential: Credential, app: z.enum(APPS).optional() }).openapi("PasskeySignIn"),
  responses: { 200: TokensWithAccount.extend({ key: z.string() }) },
  async handle({ ctx, body }) {
    const { signInByPasskey } = await passkeys();
    const result = await signInByPasskey(ctx, clientProfiles[body.app ?? "towTruck"], body.credential);
    if (!result.ok) throw invalid({ non_field_errors: signInFault(result, messages.passkeyInvalid).text });
    const { access, refresh, key } = result.credentials;
    return respond(200, { user: await ownAccountWire(ctx, result.user.id), access, refresh, key });
  },
});

const pass = route({
  method: "post",
  path: `${path}/otp`,
  tag,
  summary: "Use a passkey as the second factor",
  description:
    "Returns a one-time `otp` that every sign-in by password and every change of factors accepts for this account. The options are those of a sign-in by passkey.",
  access: "public",
  body: z.object({ credential: Credential }).openapi("PasskeyPass"),
  responses: { 200: z.object({ otp: z.string(), expires_in: z.number().int() }) },
  async handle({ ctx, body }) {
    const { passByPasskey } = await passkeys();
    return respond(200, { otp: await passByPasskey(ctx, body.credential), expires_in: PASS_SECONDS });
  },
});

export const passkeyRoutes: readonly Route[] = [list, begin, add, rename, remove, beginSignIn, signIn, pass];
