/** `/api/v1/notifications/settings/`: what a person wants to hear of, for all apps. */
import { notFound } from "../../../platform/http/errors.ts";
import { type Route, respond, route } from "../../../platform/http/route.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import type { z } from "../../../platform/zod.ts";
import { changeSettings } from "./commands.ts";
import { findSettings } from "./queries.ts";
import { SettingsChangeBody, SettingsWire, toSettingsChange, toSettingsWire } from "./schemas.ts";

const base = { path: "/api/v1/notifications/settings", tag: "Notifications", access: "signedIn" } as const;

async function settingsWire(ctx: RequestContext, userId: number): Promise<z.input<typeof SettingsWire>> {
  const settings = await findSettings(ctx, userId);
  if (!settings) throw notFound();
  return toSettingsWire(settings);
}

const read = route({
  ...base,
  method: "get",
  summary: "Read your notification settings",
  description: "Every kind of notification with its channels, and the hours in which no push is sent.",
  responses: { 200: SettingsWire },
  handle: async ({ ctx, caller }) => respond(200, await settingsWire(ctx, caller.userId)),
});

const change = route({
  ...base,
  method: "put",
  summary: "Change your notification settings",
  description:
    "Only what the body names is changed. Find Friend's setting is `receive_notifications`, Rideshare's `mail_reminders` is `kinds.reminders.email`. Letters about your account's security can't be turned off.",
  body: SettingsChangeBody,
  responses: { 200: SettingsWire },
  async handle({ ctx, caller, body }) {
    await changeSettings(ctx, caller.userId, toSettingsChange(body));
    return respond(200, await settingsWire(ctx, caller.userId));
  },
});

export const settingsRoutes: readonly Route[] = [read, change];
