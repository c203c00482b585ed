-- Positions of trucks are packed: one row holds those that a truck's room archives at once. `truck_points` is only read, and emptied by the nightly cleanup.
CREATE TABLE `truck_trails` (
	`truck_id` integer NOT NULL,
	`starts_at` integer NOT NULL,
	`epoch` text NOT NULL,
	`seq` integer NOT NULL,
	`ends_at` integer NOT NULL,
	`points` blob NOT NULL,
	PRIMARY KEY(`truck_id`, `starts_at`, `epoch`, `seq`),
	FOREIGN KEY (`truck_id`) REFERENCES `tow_trucks`(`id`) ON UPDATE no action ON DELETE cascade
) WITHOUT ROWID;
--> statement-breakpoint
-- Without `located_at`, which every position changes: an index would double what a position costs.
DROP INDEX `tow_trucks_status`;--> statement-breakpoint
CREATE INDEX `tow_trucks_status` ON `tow_trucks` (`status`);
