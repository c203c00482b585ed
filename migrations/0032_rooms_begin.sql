-- An event or an order is made without its room. While nobody has entered, what its room is told is in its archive, with
-- the ref by which a repeat is known. What exists already has a room.
ALTER TABLE `events` ADD `room_waits` integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE `orders` ADD `room_waits` integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
-- An archived entry is one row written: its key is the table, and only people's entries are indexed by their author.
CREATE TABLE `event_entries_copy` (
	`event_id` integer NOT NULL REFERENCES `events`(`id`) ON UPDATE no action ON DELETE cascade,
	`epoch` text NOT NULL,
	`seq` integer NOT NULL,
	`at` integer NOT NULL,
	`author_id` integer,
	`ref` text,
	`kind` text NOT NULL,
	`body` text NOT NULL,
	PRIMARY KEY(`event_id`, `epoch`, `seq`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `event_entries_copy` (`event_id`, `epoch`, `seq`, `at`, `author_id`, `kind`, `body`)
SELECT `event_id`, `epoch`, `seq`, `at`, `author_id`, `kind`, `body` FROM `event_entries`;
--> statement-breakpoint
DROP TABLE `event_entries`;
--> statement-breakpoint
ALTER TABLE `event_entries_copy` RENAME TO `event_entries`;
--> statement-breakpoint
CREATE INDEX `event_entries_author` ON `event_entries` (`author_id`) WHERE "event_entries"."author_id" is not null;
--> statement-breakpoint
ALTER TABLE `order_entries` ADD `ref` text;
--> statement-breakpoint
-- A room is noted once a day at most, and found by when that was.
CREATE TABLE `rooms_copy` (
	`name` text PRIMARY KEY NOT NULL,
	`seen_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `rooms_copy` (`name`, `seen_at`) SELECT `name`, `seen_at` FROM `rooms`;
--> statement-breakpoint
DROP TABLE `rooms`;
--> statement-breakpoint
ALTER TABLE `rooms_copy` RENAME TO `rooms`;
--> statement-breakpoint
CREATE INDEX `rooms_seen` ON `rooms` (`seen_at`);
