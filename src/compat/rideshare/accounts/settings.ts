/** Rideshare's settings: name, address, language, reminders and password of the account. */

import {
  identityMessages,
  localeField,
  optionalEmail,
  type User,
  verifyOwnPassword,
} from "../../../modules/identity/index.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import { invalid } from "../../../platform/http/errors.ts";
import { boolean, secret } from "../../../platform/http/input/fields.ts";
import { messages as shared } from "../../../platform/http/messages.ts";
import { at, type Route, respond, route } from "../../../platform/http/route.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { z } from "../../../platform/zod.ts";
import { applyChange, nameOf, ownUser, restWeakness, tag, UserChange } from "./shared.ts";

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

/** Requires the current password, unless the account has none. */
async function requireCurrent(
  ctx: RequestContext,
  caller: Caller,
  current: string | undefined,
): Promise<void> {
  const user = await ownUser(ctx, caller);
  if (current === undefined) {
    if (user.passwordHash !== null) throw invalid({ current_password: shared.required });
  } else if (!(await verifyOwnPassword(ctx, user, caller, current))) {
    throw invalid({ current_password: identityMessages.passwordWrong });
  }
}

const readSettings = route({
  method: "get",
  path: "/api/settings",
  tag,
  summary: "Read your settings",
  access: "signedIn",
  responses: { 200: Settings },
  handle: async ({ ctx, caller }) => respond(200, toSettingsWire(await ownUser(ctx, caller))),
});

const changeSettings = route({
  method: "put",
  path: "/api/settings",
  tag,
  summary: "Change your settings",
  description:
    "Partial. A new password requires `current_password` if the account has a password; if sent, it must be right.",
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

export const settingsRoutes: readonly Route[] = [
  readSettings,
  changeSettings,
  at("/api/v1/settings", readSettings),
  at("/api/v1/settings", changeSettings),
];
