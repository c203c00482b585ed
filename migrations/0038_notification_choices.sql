-- What kinds of notifications people want by which channel, and their quiet hours.
CREATE TABLE `notification_choices` (
	`user_id` integer NOT NULL,
	`kind` text NOT NULL,
	`push` integer,
	`email` integer,
	PRIMARY KEY(`user_id`, `kind`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
ALTER TABLE `notification_settings` ADD `quiet_from` integer;--> statement-breakpoint
ALTER TABLE `notification_settings` ADD `quiet_to` integer;
