CREATE TABLE `admin_jobs` (
	`id` text PRIMARY KEY NOT NULL,
	`actor_id` integer NOT NULL,
	`resource` text NOT NULL,
	`action` text NOT NULL,
	`values` text,
	`ids` text NOT NULL,
	`total` integer NOT NULL,
	`done` integer DEFAULT 0 NOT NULL,
	`failed` integer DEFAULT 0 NOT NULL,
	`state` text DEFAULT 'running' NOT NULL,
	`failures` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `admin_jobs_created` ON `admin_jobs` (`created_at`);