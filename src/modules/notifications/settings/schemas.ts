/** Wire shape of a person's notification settings, and what may be sent to change them. */

import { boolean, reportFault } from "../../../platform/http/input/fields.ts";
import { field } from "../../../platform/http/input/strict-fields.ts";
import { fill } from "../../../platform/http/messages.ts";
import { text } from "../../../platform/http/text.ts";
import { z } from "../../../platform/zod.ts";
import type { SettingsChange } from "./commands.ts";
import { CHANNELS, channelsOf, KIND_NAMES, KINDS, type NotificationKind } from "./kinds.ts";
import type { NotificationSettings, QuietHours } from "./rules.ts";

const TEXTS = {
  time: text("Enter a time as HH:MM, 00:00 to 23:59.", "Введите время в виде ЧЧ:ММ, от 00:00 до 23:59."),
  empty: text(
    "Quiet hours must end at another time than they begin.",
    "Тихие часы должны заканчиваться не тогда, когда начинаются.",
  ),
  kind: text("There is no kind of notifications called {name}.", "Нет такого вида уведомлений: {name}."),
  channel: text(
    "Notifications of this kind come by {channels} only.",
    "Уведомления этого вида приходят только так: {channels}.",
  ),
};

/** A time of day, `HH:MM`; the value is in minutes. */
const timeOfDay = () =>
  field((value) => {
    const [matched, hour, minute] =
      typeof value === "string" && value.length === 5
        ? (/^([01]\d|2[0-3]):([0-5]\d)$/.exec(value) ?? [])
        : [];
    return matched === undefined ? TEXTS.time : { value: Number(hour) * 60 + Number(minute) };
  }).openapi({ type: "string", pattern: "^([01]\\d|2[0-3]):[0-5]\\d$", example: "22:00" });

const QuietHoursChange = z.object({ from: timeOfDay(), to: timeOfDay() }).check((payload) => {
  if (payload.value.from === payload.value.to) reportFault(payload, TEXTS.empty, ["to"]);
});

/** Which channels of one kind are wanted. A channel that the kind does not have is refused by its name. */
function choiceOf(kind: NotificationKind) {
  const channels = channelsOf(kind);
  const shape = Object.fromEntries(channels.map((channel) => [channel, boolean().optional()]));
  return z.looseObject(shape).check((payload) => {
    for (const name of Object.keys(payload.value))
      if (!channels.some((channel) => channel === name))
        reportFault(payload, fill(TEXTS.channel, { channels: channels.join(", ") }), [name]);
  });
}

const KindsChange = z
  .looseObject(
    Object.fromEntries(
      KIND_NAMES.map((kind) => [
        kind,
        choiceOf(kind).optional().openapi({ description: KINDS[kind].label.en }),
      ]),
    ),
  )
  .check((payload) => {
    for (const name of Object.keys(payload.value))
      if (!KIND_NAMES.some((kind) => kind === name))
        reportFault(payload, fill(TEXTS.kind, { name: name.slice(0, 50) }), [name.slice(0, 50)]);
  });

export const SettingsChangeBody = z
  .object({
    receive_notifications: boolean().optional(),
    kinds: KindsChange.optional(),
    quiet_hours: QuietHoursChange.nullable()
      .optional()
      .openapi({ description: "Local times between which no push is sent; null for none." }),
  })
  .openapi("AllNotificationSettingsChange");

export function toSettingsChange(body: z.output<typeof SettingsChangeBody>): SettingsChange {
  return {
    receives: body.receive_notifications,
    choices: body.kinds as SettingsChange["choices"],
    quietHours: body.quiet_hours,
  };
}

const Wanted = z.object({ push: z.boolean().optional(), email: z.boolean().optional() });

export const SettingsWire = z
  .object({
    receive_notifications: z
      .boolean()
      .describe(
        "False: no notifications at all, neither in the app nor by push. Letters have their own switches.",
      ),
    kinds: z
      .object(Object.fromEntries(KIND_NAMES.map((kind) => [kind, Wanted.describe(KINDS[kind].label.en)])))
      .describe("By kind, whether it is wanted by each channel that it has"),
    quiet_hours: z
      .object({ from: z.string(), to: z.string() })
      .nullable()
      .describe("Between these local times no push is sent"),
    time_zone: z.string().describe("The IANA zone of the quiet hours"),
  })
  .openapi("AllNotificationSettings");

export function toSettingsWire(settings: NotificationSettings): z.input<typeof SettingsWire> {
  const wanted = (kind: NotificationKind) =>
    Object.fromEntries(
      CHANNELS.filter((channel) => channelsOf(kind).includes(channel)).map((channel) => [
        channel,
        settings.chosen[kind]?.[channel] ?? true,
      ]),
    );
  return {
    receive_notifications: settings.receives,
    kinds: Object.fromEntries(KIND_NAMES.map((kind) => [kind, wanted(kind)])),
    quiet_hours: settings.quietHours && toQuietHoursWire(settings.quietHours),
    time_zone: settings.timeZone,
  };
}

const toQuietHoursWire = ({ from, to }: QuietHours) => ({ from: clockTime(from), to: clockTime(to) });

const clockTime = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
