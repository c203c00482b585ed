CREATE TABLE `document_reminders` (
	`document_id` integer NOT NULL,
	`expires_on` text NOT NULL,
	`days` integer NOT NULL,
	`sent_at` integer NOT NULL,
	PRIMARY KEY(`document_id`, `expires_on`, `days`),
	FOREIGN KEY (`document_id`) REFERENCES `documents`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `documents` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`user_id` integer NOT NULL,
	`name` text NOT NULL,
	`kind` text DEFAULT '' NOT NULL,
	`description` text DEFAULT '' NOT NULL,
	`expires_on` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `documents_user` ON `documents` (`user_id`);--> statement-breakpoint
CREATE INDEX `documents_expiry` ON `documents` (`expires_on`);--> statement-breakpoint
CREATE TABLE `calculator_entries` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`user_id` integer NOT NULL,
	`published_at` integer NOT NULL,
	`app_income` integer NOT NULL,
	`commission` integer,
	`expenses` integer,
	`earnings` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `calculator_entries_user` ON `calculator_entries` (`user_id`,`published_at`);--> statement-breakpoint
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
CREATE INDEX `files_pending` ON `files` (`status`,`created_at`);--> statement-breakpoint
CREATE TABLE `car_posts` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`user_id` integer NOT NULL,
	`created_at` integer NOT NULL,
	`car_name` text NOT NULL,
	`model` text NOT NULL,
	`version` text,
	`year` text NOT NULL,
	`engine` text NOT NULL,
	`fuel` text NOT NULL,
	`body` text NOT NULL,
	`transmission` text NOT NULL,
	`gear_number` text NOT NULL,
	`color` text NOT NULL,
	`seat_number` text NOT NULL,
	`door_number` text,
	`milleage` text NOT NULL,
	`power` text NOT NULL,
	`mpg` text,
	`description` text,
	`emission_standard` text NOT NULL,
	`location` text,
	`contact` text,
	`price` text NOT NULL,
	`price_value` integer,
	`search_key` text NOT NULL,
	`fuel_key` text NOT NULL,
	`transmission_key` text NOT NULL,
	`location_key` text NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `car_posts_user` ON `car_posts` (`user_id`);--> statement-breakpoint
CREATE INDEX `car_posts_price` ON `car_posts` (`price_value`);
