CREATE TABLE `rooms` (
	`name` text PRIMARY KEY NOT NULL,
	`seen_at` integer NOT NULL,
	`swept_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `rooms_due` ON `rooms` (`swept_at`);