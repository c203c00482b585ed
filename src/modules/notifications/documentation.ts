/** Texts and examples of notifications, for the API documents. */
import { type Documentation, either, sample } from "../../platform/http/documents/documentation.ts";

export const documentation: Documentation = {
  properties: {
    apns: "Whether pushes go to Apple's devices.",
    auth: ["The browser's secret, base64url.", "BTBZMqHH6r4Tts7J_aSIgg"],
    fcm: "Whether pushes go through Firebase.",
    p256dh: ["The browser's key, base64url.", "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORc"],
    public_key: ["The server's key, base64url.", "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORc"],
    service: "How the pushes get to the device.",
    session: sample("9b2f0c4d7a1e"),
    is_read: "Whether it was read.",
    kinds: ["Kind → its switches `push` and `email`.", { chat_messages: { push: true, email: false } }],
    mail_reminders: "Whether reminders come by mail.",
    notification_type: ["Kind of the notification.", "ORDER"],
    push: "Whether it is pushed to devices.",
    read: "Whether it was read.",
    receive_notifications: "False: no notifications at all.",
    recipient: ["The person's id.", 12],
    locale: "Language of letters.",
    quiet_hours: "Hours without push and letters; null for none.",
  },
  schemas: {
    "AllNotificationSettings AllNotificationSettingsChange": {
      "quiet_hours.from": ["Start, in the person's time zone.", "22:00"],
      "quiet_hours.to": ["End, in the person's time zone.", "08:00"],
      ...Object.fromEntries(
        [
          "chat_messages",
          "friend_requests",
          "event_changes",
          "participation",
          "free_places",
          "reminders",
          "offers",
          "order_steps",
          "payments",
          "tickets",
          "tasks",
          "documents",
          "ratings",
        ].map((kind) => [`kinds.${kind}.email`, ["Whether it is mailed.", either(true)]] as const),
      ),
    },
    FriendNotification: { type: ["Kind of the notification; null for others.", "friend_request"] },
  },
  parameters: { "/api/v1/notification": { id: ["The notification's id.", 41] } },
};
