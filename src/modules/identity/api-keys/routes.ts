/** Routes of API keys. No key opens them: they are for the owner's sessions. */
import { KEY_SCOPES, type KeyScope } from "../../../platform/http/key-scopes.ts";
import { type Route, respond, route } from "../../../platform/http/route.ts";
import { onDemand } from "../../../platform/on-demand.ts";
import { z } from "../../../platform/zod.ts";
import { listKeys } from "./queries.ts";
import { ApiKeyMade, ApiKeyWire, KeyScopes, keyParams, NewApiKey, toApiKeyWire } from "./schemas.ts";

const commands = onDemand(() => import("./commands.ts"));

const tag = "API keys";
const path = "/api/v1/auth/api-keys";

/** Days for which a key is valid unless its owner says otherwise. */
const DEFAULT_DAYS = 90;

const list = route({
  method: "get",
  path,
  tag,
  summary: "List your API keys",
  access: "signedIn",
  responses: { 200: z.array(ApiKeyWire) },
  handle: async ({ ctx, caller }) => respond(200, (await listKeys(ctx, caller.userId)).map(toApiKeyWire)),
});

const scopes = route({
  method: "get",
  path: `${path}/scopes`,
  tag,
  summary: "List the scopes that a key can have",
  access: "signedIn",
  responses: { 200: KeyScopes },
  handle: async () => respond(200, { scopes: [...KEY_SCOPES] }),
});

const create = route({
  method: "post",
  path,
  tag,
  summary: "Create an API key",
  description:
    "For servers: `Authorization: Bearer cvk_…`. A key may do what its owner may, within its scopes. It is shown only here, and valid for 90 days unless `expires_in_days` says otherwise. Needs `otp` if the account has a second factor, else `current_password`.",
  access: "signedIn",
  creates: true,
  body: NewApiKey,
  responses: { 201: ApiKeyMade },
  async handle({ ctx, caller, body }) {
    const { createKey } = await commands();
    const { name, scopes, expires_in_days: days = DEFAULT_DAYS, ...proof } = body;
    const { row, key } = await createKey(ctx, caller, { name, scopes: scopes as KeyScope[], days }, proof);
    return respond(201, { ...toApiKeyWire(row), key });
  },
});

const revoke = route({
  method: "delete",
  path: `${path}/:id`,
  tag,
  summary: "Revoke an API key",
  description: "It is refused everywhere within 30 seconds.",
  access: "signedIn",
  params: keyParams,
  responses: { 204: null },
  async handle({ ctx, caller, params }) {
    const { revokeKey } = await commands();
    await revokeKey(ctx, caller, params.id);
    return respond(204, null);
  },
});

export const apiKeyRoutes: readonly Route[] = [list, scopes, create, revoke];
