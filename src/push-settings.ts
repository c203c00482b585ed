/** Parses the settings of push services: all of a service's or none. */
import type { PushSettings } from "./platform/runtime.ts";
import { z } from "./platform/zod.ts";

const url = z.url({ protocol: /^https?$/ }).transform((value) => value.replace(/\/$/, ""));

/** Unpadded base64url of so many bytes. */
const bytes = (count: number) =>
  z
    .string()
    .regex(
      new RegExp(`^[A-Za-z0-9_-]{${Math.ceil((count * 4) / 3)}}$`),
      `must be ${count} bytes in base64url`,
    );

/** A private key in PEM. Line breaks may be written as `\n`, as they are in a JSON file. */
const pem = z
  .string()
  .transform((words) => words.replaceAll("\\n", "\n").trim())
  .refine(
    (words) => /^-----BEGIN PRIVATE KEY-----\n[\s\S]+\n-----END PRIVATE KEY-----$/.test(words),
    "must be PKCS #8 in PEM",
  );

/** The file that Google Cloud gives out for a service account. */
const Account = z.object({
  project_id: z.string().regex(/^[a-z0-9-]{1,100}$/),
  client_email: z.string().min(3),
  private_key: pem,
  token_uri: z.url({ protocol: /^https?$/ }).default("https://oauth2.googleapis.com/token"),
});

const account = z.string().transform((words, check) => {
  let json: unknown = null;
  try {
    json = JSON.parse(words);
  } catch {
    // Reported below, as whatever else is no account.
  }
  const parsed = Account.safeParse(json);
  if (parsed.success) return parsed.data;
  check.issues.push({ code: "custom", message: "must be the JSON of a service account", input: words });
  return z.NEVER;
});

const Vapid = z.object({
  VAPID_PUBLIC_KEY: bytes(65),
  VAPID_PRIVATE_KEY: bytes(32),
});
const Fcm = z.object({
  FCM_SERVICE_ACCOUNT: account,
  FCM_URL: url.default("https://fcm.googleapis.com"),
});
const Apns = z.object({
  APNS_KEY: pem,
  APNS_KEY_ID: z.string().min(1),
  APNS_TEAM_ID: z.string().min(1),
  APNS_TOPIC: z.string().min(1),
  APNS_URL: url.default("https://api.push.apple.com"),
});
const Subject = z.object({
  VAPID_SUBJECT: z
    .string()
    .regex(/^(mailto:.+@.+|https:\/\/.+)$/, "must begin with mailto: or https://")
    .optional(),
});

/** Null when none of the names is set. */
function parse<Shape extends z.ZodType>(
  shape: Shape,
  names: readonly string[],
  variables: Record<string, unknown>,
) {
  return names.some((name) => variables[name]) ? shape.safeParse(variables) : null;
}

/** The settings, or what is wrong with them. */
export function readPushSettings(variables: Record<string, unknown>) {
  const vapid = parse(Vapid, ["VAPID_PUBLIC_KEY", "VAPID_PRIVATE_KEY"], variables);
  const fcm = parse(Fcm, ["FCM_SERVICE_ACCOUNT"], variables);
  const apns = parse(Apns, ["APNS_KEY", "APNS_KEY_ID", "APNS_TEAM_ID", "APNS_TOPIC"], variables);
  const subject = Subject.safeParse(variables);
  const issues = [vapid, fcm, apns, subject].flatMap((result) => result?.error?.issues ?? []);
  return {
    success: issues.length === 0,
    error: { issues },
    settings: (publicOrigin: string | null, mailFrom: string): PushSettings => ({
      vapid: vapid?.data
        ? { publicKey: vapid.data.VAPID_PUBLIC_KEY, privateKey: vapid.data.VAPID_PRIVATE_KEY }
        : null,
      vapidSubject: subject.data?.VAPID_SUBJECT ?? subjectOf(publicOrigin, mailFrom),
      fcm: fcm?.data
        ? {
            url: fcm.data.FCM_URL,
            projectId: fcm.data.FCM_SERVICE_ACCOUNT.project_id,
            clientEmail: fcm.data.FCM_SERVICE_ACCOUNT.client_email,
            privateKey: fcm.data.FCM_SERVICE_ACCOUNT.private_key,
            tokenUrl: fcm.data.FCM_SERVICE_ACCOUNT.token_uri,
          }
        : null,
      apns: apns?.data
        ? {
            url: apns.data.APNS_URL,
            key: apns.data.APNS_KEY,
            keyId: apns.data.APNS_KEY_ID,
            teamId: apns.data.APNS_TEAM_ID,
            topic: apns.data.APNS_TOPIC,
          }
        : null,
    }),
  };
}

/** The public origin, else the address that mails come from. */
function subjectOf(publicOrigin: string | null, mailFrom: string): string {
  if (publicOrigin?.startsWith("https:")) return publicOrigin;
  return `mailto:${/<([^>]+)>/.exec(mailFrom)?.[1] ?? mailFrom}`;
}
