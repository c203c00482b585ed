/** Eurorace's registration and the confirmation of an address. */

import {
  clientProfiles,
  confirmEmail,
  DEFAULT_POLICY,
  identityMessages,
  optionalEmail,
  register,
  resendVerification,
  takenRefusal,
  username,
  weaknesses,
} from "../../../modules/identity/index.ts";
import { invalid, notFound } from "../../../platform/http/errors.ts";
import { email, secret, string } from "../../../platform/http/input/fields.ts";
import { messages } from "../../../platform/http/messages.ts";
import { type Route, respond, route } from "../../../platform/http/route.ts";
import { z } from "../../../platform/zod.ts";
import { challenge, Detail, EMAIL_TAKEN, Key, policyFor, tag } from "./shared.ts";

const registration = route({
  method: "post",
  path: "/api/auth/registration",
  tag,
  summary: "Register",
  description:
    "A mail with a link confirms the address. The key works at once unless the address must be verified first.",
  access: "public",
  challenge,
  creates: true,
  body: z
    .object({
      username: username(),
      email: optionalEmail().optional(),
      password1: secret(),
      password2: secret(),
    })
    .openapi("EuroraceRegistration"),
  responses: { 201: z.union([Key, Detail]) },
  async handle({ ctx, body }) {
    const address = body.email ?? null;
    // Where the address must be verified before the first sign-in, it is required.
    if (!address && ctx.runtime.settings.emailVerification === "mandatory")
      throw invalid({ email: messages.required });
    const faults = weaknesses(body.password1, DEFAULT_POLICY);
    if (faults.length > 0) throw invalid({ password1: faults });
    if (body.password1 !== body.password2)
      throw invalid({ non_field_errors: identityMessages.passwordMismatch });
    const similar = weaknesses(body.password1, policyFor({ username: body.username, email: address }));
    if (similar.length > 0) throw invalid({ non_field_errors: similar });
    const made = await register(ctx, clientProfiles.eurorace, {
      username: body.username,
      email: address,
      password: body.password1,
    });
    if (!made.ok) throw takenRefusal(made.taken, EMAIL_TAKEN);
    if (!made.credentials) return respond(201, { detail: identityMessages.verificationSent[ctx.locale] });
    return respond(201, { key: made.credentials.key });
  },
});

const verify = route({
  method: "post",
  path: "/api/auth/registration/verify-email",
  tag,
  summary: "Confirm an address with the mailed key",
  access: "public",
  challenge,
  body: z.object({ key: string({ max: 500 }) }),
  responses: { 200: Detail },
  async handle({ ctx, body }) {
    if (!(await confirmEmail(ctx, body.key))) throw notFound();
    return respond(200, { detail: "ok" });
  },
});

const resend = route({
  method: "post",
  path: "/api/auth/registration/resend-email",
  tag,
  summary: "Resend the confirmation mail",
  description: "The answer is the same for every address.",
  access: "public",
  challenge,
  body: z.object({ email: email() }),
  responses: { 200: Detail },
  async handle({ ctx, body }) {
    await resendVerification(ctx, body.email);
    return respond(200, { detail: "ok" });
  },
});

export const registrationRoutes: readonly Route[] = [registration, verify, resend];
