-- A reminder belongs to a person, an event, its start and the lead time: a moved start reminds again.
ALTER TABLE `event_reminders` RENAME TO `event_reminders_before`;--> statement-breakpoint
CREATE TABLE `event_reminders` (
	`event_id` integer NOT NULL,
	`user_id` integer NOT NULL,
	`starts_at` integer NOT NULL,
	`lead` integer NOT NULL,
	`sent_at` integer NOT NULL,
	PRIMARY KEY(`event_id`, `user_id`, `starts_at`, `lead`),
	FOREIGN KEY (`event_id`) REFERENCES `events`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
INSERT INTO `event_reminders` (`event_id`, `user_id`, `starts_at`, `lead`, `sent_at`)
SELECT `r`.`event_id`, `r`.`user_id`, `e`.`starts_at`, 1800000, `r`.`sent_at`
FROM `event_reminders_before` AS `r` JOIN `events` AS `e` ON `e`.`id` = `r`.`event_id`;
--> statement-breakpoint
DROP TABLE `event_reminders_before`;--> statement-breakpoint
CREATE INDEX `event_reminders_user` ON `event_reminders` (`user_id`);--> statement-breakpoint
-- Letters that one person causes are counted against a budget of theirs.
ALTER TABLE `outbox` ADD `sender_id` integer;--> statement-breakpoint
CREATE INDEX `outbox_sender` ON `outbox` (`sender_id`,`created_at`) WHERE "outbox"."sender_id" is not null;
