/** Routes of an account's second factors: the authenticator app and recovery codes. */
import { type Route, respond, route } from "../../../platform/http/route.ts";
import { onDemand } from "../../../platform/on-demand.ts";
import { isoTime } from "../../../platform/time.ts";
import { readFactors } from "./queries.ts";
import { mustHaveFactor } from "./rules.ts";
import {
  FactorAdded,
  Factors,
  FreshProof,
  RecoveryCodes,
  TotpCode,
  TotpSetup,
  toPasskeyWire,
} from "./schemas.ts";

const commands = onDemand(() => import("./commands.ts"));

export const tag = "Second factor and passkeys";

const read = route({
  method: "get",
  path: "/api/v1/auth/factors",
  tag,
  summary: "Read your second factors",
  access: "signedIn",
  isSetUp: true,
  responses: { 200: Factors },
  async handle({ ctx, caller }) {
    const { totp, passkeys, codesLeft } = await readFactors(ctx, caller.userId);
    return respond(200, {
      totp: totp && {
        created_at: isoTime(totp.createdAt),
        last_used_at: totp.lastUsedAt === null ? null : isoTime(totp.lastUsedAt),
      },
      passkeys: passkeys.map(toPasskeyWire),
      recovery_codes_left: codesLeft,
      required: mustHaveFactor(ctx, caller),
    });
  },
});

const beginTotp = route({
  method: "post",
  path: "/api/v1/auth/factors/totp",
  tag,
  summary: "Start to set up an authenticator app",
  description:
    "Show `uri` as a QR code or `secret` as text. It takes effect when its first code is confirmed within 15 minutes; a current app stays valid until then.",
  access: "signedIn",
  isSetUp: true,
  body: FreshProof,
  responses: { 201: TotpSetup },
  async handle({ ctx, caller, body }) {
    const { beginTotp } = await commands();
    return respond(201, await beginTotp(ctx, caller, body));
  },
});

const confirmTotp = route({
  method: "post",
  path: "/api/v1/auth/factors/totp/confirm",
  tag,
  summary: "Confirm an authenticator app with its first code",
  description: "The first second factor of an account returns recovery codes. They are shown only here.",
  access: "signedIn",
  isSetUp: true,
  body: TotpCode,
  responses: { 200: FactorAdded },
  async handle({ ctx, caller, body }) {
    const { confirmTotp } = await commands();
    const codes = await confirmTotp(ctx, caller, body.otp);
    return respond(200, { recovery_codes: codes && [...codes] });
  },
});

const removeTotp = route({
  method: "delete",
  path: "/api/v1/auth/factors/totp",
  tag,
  summary: "Remove the authenticator app",
  description: "The recovery codes go with the last second factor.",
  access: "signedIn",
  isSetUp: true,
  body: FreshProof,
  responses: { 204: null },
  async handle({ ctx, caller, body }) {
    const { removeTotp } = await commands();
    await removeTotp(ctx, caller, body);
    return respond(204, null);
  },
});

const renewCodes = route({
  method: "post",
  path: "/api/v1/auth/factors/recovery-codes",
  tag,
  summary: "Replace your recovery codes",
  access: "signedIn",
  isSetUp: true,
  body: FreshProof,
  responses: { 200: RecoveryCodes },
  async handle({ ctx, caller, body }) {
    const { renewRecoveryCodes } = await commands();
    return respond(200, { recovery_codes: [...(await renewRecoveryCodes(ctx, caller, body))] });
  },
});

export const factorRoutes: readonly Route[] = [read, beginTotp, confirmTotp, removeTotp, renewCodes];
