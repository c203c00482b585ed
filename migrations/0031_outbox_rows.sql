-- An outbox row is one row written: its ids are in order of time, so the sweep and the purge need no index. What waits for
-- another attempt is indexed by its time, letters by their address for the limits on them, dead rows for the overview.
-- Copied there and back, not renamed: triggers of other tables name the outbox.
CREATE TABLE `outbox_copy` AS SELECT `id`, `kind`, `address`, `payload`, `status`, `attempts`, `next_attempt_at`,
	`leased_until`, `last_error`, `created_at`, `sent_at`, `sender_id` FROM `outbox`;
--> statement-breakpoint
DROP TABLE `outbox`;
--> statement-breakpoint
CREATE TABLE `outbox` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`address` text NOT NULL,
	`payload` text NOT NULL,
	`status` text DEFAULT 'pending' NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`next_attempt_at` integer,
	`leased_until` integer DEFAULT 0 NOT NULL,
	`last_error` text,
	`created_at` integer NOT NULL,
	`sent_at` integer,
	`sender_id` integer
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `outbox` (`id`, `kind`, `address`, `payload`, `status`, `attempts`, `next_attempt_at`, `leased_until`,
	`last_error`, `created_at`, `sent_at`, `sender_id`)
SELECT `id`, `kind`, `address`, `payload`, `status`, `attempts`, iif(`status` = 'pending', `next_attempt_at`, NULL),
	`leased_until`, `last_error`, `created_at`, `sent_at`, `sender_id` FROM `outbox_copy`;
--> statement-breakpoint
DROP TABLE `outbox_copy`;
--> statement-breakpoint
CREATE INDEX `outbox_due` ON `outbox` (`next_attempt_at`) WHERE "outbox"."next_attempt_at" is not null;
--> statement-breakpoint
CREATE INDEX `outbox_letters` ON `outbox` (`address`, `created_at`) WHERE "outbox"."kind" in ('mail', 'sms');
--> statement-breakpoint
CREATE INDEX `outbox_sender` ON `outbox` (`sender_id`, `created_at`) WHERE "outbox"."sender_id" is not null;
--> statement-breakpoint
CREATE INDEX `outbox_dead` ON `outbox` (`created_at`) WHERE "outbox"."status" = 'dead';
--> statement-breakpoint
CREATE TABLE `sweeps` (
	`name` text PRIMARY KEY NOT NULL,
	`swept_to` integer NOT NULL
) WITHOUT ROWID;
