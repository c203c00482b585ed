/** What grows, what bounds it, and how large it is: every table is here or in `BOUNDED`. */
import type { ActionName, Domain } from "./actions.ts";

export interface Growth {
  readonly table: string;
  readonly where: "D1" | "objects" | "R2";
  readonly domain: Domain;
  /** Bytes with indexes, for each of the actions in `per`. */
  readonly bytes: number;
  /** Days kept; `Infinity`: as long as its owner's account, or what it belongs to. */
  readonly days: number;
  readonly per: readonly ActionName[] | "account";
  readonly bound: string;
}

const OWNER = "kept as long as its owner's account";

/** Three accounts for each daily user. */
export const GROWTH: readonly Growth[] = [
  {
    table: "users, profiles, social_profiles, sessions, known_devices",
    where: "D1",
    domain: "accounts",
    bytes: 1350,
    days: 1,
    per: "account",
    bound: "one set for each account; sessions end after a year, devices are forgotten",
  },
  {
    table: "outbox",
    where: "D1",
    domain: "accounts",
    bytes: 600,
    days: 3,
    per: ["letter", "event"],
    bound: "sent rows are purged by night",
  },
  {
    table: "idempotency_keys",
    where: "D1",
    domain: "accounts",
    bytes: 400,
    days: 1,
    per: ["order", "event", "record"],
    bound: "a day",
  },
  {
    table: "track_chunks",
    where: "D1",
    domain: "tracking",
    bytes: 14,
    days: 30,
    per: ["point"],
    bound: "TRACK_RETENTION_DAYS; then an object in R2",
  },
  {
    table: "track_chunks (batched)",
    where: "D1",
    domain: "tracking",
    bytes: 700,
    days: 30,
    per: ["frameOf50"],
    bound: "TRACK_RETENTION_DAYS; then an object in R2",
  },
  {
    table: "track_days and their objects",
    where: "R2",
    domain: "tracking",
    bytes: 8,
    days: Infinity,
    per: ["point"],
    bound: OWNER,
  },
  {
    table: "truck_trails",
    where: "D1",
    domain: "dispatch",
    bytes: 16,
    days: 7,
    per: ["position"],
    bound: "TRUCK_TRAIL_DAYS",
  },
  {
    table: "orders, order_status_history, order_entries, order_offers, payments, ratings",
    where: "D1",
    domain: "dispatch",
    bytes: 4500,
    days: Infinity,
    per: ["order"],
    bound: "business records: kept until the client's account is deleted, or an operator deletes the order",
  },
  {
    table: "chat_pages",
    where: "D1",
    domain: "chat",
    bytes: 160,
    days: 120,
    per: ["messageToBoth", "messageToAway"],
    bound: "CHAT_TEXT_DAYS and a month; then an object in R2",
  },
  {
    table: "chat_pages in R2",
    where: "R2",
    domain: "chat",
    bytes: 60,
    days: Infinity,
    per: ["messageToBoth", "messageToAway"],
    bound: "the conversation: kept as long as the chat",
  },
  {
    table: "chats, chat_reads, chat_pages without text",
    where: "D1",
    domain: "chat",
    bytes: 4,
    days: Infinity,
    per: ["messageToBoth", "messageToAway"],
    bound: "the conversation: kept as long as the chat",
  },
  {
    table: "journals of rooms",
    where: "objects",
    domain: "chat",
    bytes: 250,
    days: 7,
    per: ["messageToBoth", "messageToAway"],
    bound: "a recent window (log/journal/window.ts); retired rooms delete themselves",
  },
  {
    table:
      "events, event_members, event_entries, event_reminders, event_reminder_times, participation_requests",
    where: "D1",
    domain: "events",
    bytes: 2500,
    days: Infinity,
    per: ["event"],
    bound: "kept until their creator or staff deletes them",
  },
  {
    table: "notifications",
    where: "D1",
    domain: "events",
    bytes: 350,
    days: Infinity,
    per: ["event", "order", "messageToAway"],
    bound: "a chat has at most one unread of each person; others are kept as long as the account",
  },
  {
    table: "car_posts, calculator_entries, documents, files",
    where: "D1",
    domain: "ledger",
    bytes: 700,
    days: Infinity,
    per: ["record"],
    bound: OWNER,
  },
  {
    table: "audit_log",
    where: "D1",
    domain: "accounts",
    bytes: 500,
    days: Infinity,
    per: ["order"],
    bound: "acts of staff: grows with staff's work, not with users; append-only on purpose",
  },
];

/** Tables whose rows are few for each account, chat or truck, or a directory that staff edits. */
export const BOUNDED: Readonly<Record<string, string>> = {
  admin_jobs: "deleted by night",
  blocks: "pairs of people",
  cities: "a directory",
  codes: "expire, deleted every minute",
  counted_rows: "one row for each count",
  document_reminders: "three for each document",
  former_contacts: "seven days",
  friend_requests: "pairs of people",
  friendships: "pairs of people",
  client_vehicles: "few for each person",
  interests: "a directory",
  latest_locations: "one for each person",
  location_reports: "from before points were packed, and corrected points; by night they become objects",
  mail_suppressions: "two for each person at most, deleted with the address",
  notification_choices: "one for each person and kind",
  notification_settings: "one for each person",
  api_keys: "QUOTA_API_KEYS",
  passkeys: "at most 20 for each person",
  push_keys: "at most one row",
  push_subscriptions: "QUOTA_PUSH_SUBSCRIPTIONS for each person, and end with their session",
  recovery_codes: "one set for each person with a second factor",
  spent_proofs: "expire, deleted by the purge",
  totp_secrets: "one for each person",
  order_shares: "expire, deleted every minute",
  reference_codes: "a directory",
  rooms: "rooms used lately; deleted by the sweep",
  support_messages: "with their ticket",
  support_tickets: "few for each person, kept as long as the account",
  sweeps: "one row for each sweep",
  webhook_deliveries: "WEBHOOK_LOG_DAYS; none without an endpoint",
  webhook_endpoints: "QUOTA_WEBHOOK_ENDPOINTS",
  webhook_subscriptions: "the types of each endpoint",
  task_photos: "with their task",
  task_states: "one for each person and task",
  tasks: "made by staff",
  tow_truck_types: "tariffs of trucks",
  tow_trucks: "the fleet",
  truck_points: "from before trails; emptied by night",
  user_interests: "few for each person",
  vehicle_types: "a directory",
};
