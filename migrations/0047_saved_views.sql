CREATE TABLE `saved_views` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`name` text NOT NULL,
	`resource` text NOT NULL,
	`query` text NOT NULL,
	`is_shared` integer DEFAULT false NOT NULL,
	`author_id` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`author_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE UNIQUE INDEX `saved_views_name` ON `saved_views` (`author_id`,`resource`,`name`);--> statement-breakpoint
CREATE INDEX `saved_views_shared` ON `saved_views` (`resource`) WHERE "saved_views"."is_shared" = 1;--> statement-breakpoint
CREATE TRIGGER `saved_views_erased` BEFORE DELETE ON `users`
BEGIN
	DELETE FROM `saved_views` WHERE `author_id` = OLD.`id` AND NOT `is_shared`;
END;
