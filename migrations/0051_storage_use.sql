CREATE TABLE `storage_use` (
	`name` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`items` integer,
	`bytes` integer,
	`measured_at` integer,
	`cursor` text,
	`items_so_far` integer DEFAULT 0 NOT NULL,
	`bytes_so_far` integer DEFAULT 0 NOT NULL
);
