CREATE TABLE `files` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`owner_id` integer NOT NULL,
	`purpose` text NOT NULL,
	`subject_id` integer,
	`key` text NOT NULL,
	`original_name` text NOT NULL,
	`content_type` text NOT NULL,
	`size` integer,
	`status` text DEFAULT 'pending' NOT NULL,
	`accepted_at` integer,
	`created_at` integer NOT NULL,
	`finished_at` integer,
	FOREIGN KEY (`owner_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `files_key_unique` ON `files` (`key`);--> statement-breakpoint
CREATE INDEX `files_subject` ON `files` (`purpose`,`subject_id`,`status`);--> statement-breakpoint
CREATE INDEX `files_owner` ON `files` (`owner_id`,`status`);--> statement-breakpoint
CREATE INDEX `files_pending` ON `files` (`status`,`created_at`);