-- Points are packed: one row holds those of one person in ten minutes, so that a point a second costs a row a batch and not five.
-- `location_reports` stays as it is: its rows are read beside the chunks until compaction takes them, and corrected points go there.
CREATE TABLE `track_chunks` (
	`user_id` integer NOT NULL,
	`bucket` integer NOT NULL,
	`part` integer NOT NULL,
	`version` integer NOT NULL,
	`count` integer NOT NULL,
	`first_id` integer NOT NULL,
	`last_id` integer NOT NULL,
	`starts_at` integer NOT NULL,
	`ends_at` integer NOT NULL,
	`south` integer NOT NULL,
	`north` integer NOT NULL,
	`west` integer NOT NULL,
	`east` integer NOT NULL,
	`newest` text,
	`points` text NOT NULL,
	`removed` text NOT NULL,
	PRIMARY KEY(`user_id`, `bucket`, `part`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `track_chunks_time` ON `track_chunks` (`bucket`);--> statement-breakpoint
ALTER TABLE `latest_locations` ADD COLUMN `bucket` integer;--> statement-breakpoint
ALTER TABLE `latest_locations` ADD COLUMN `part` integer;--> statement-breakpoint
CREATE VIEW `location_points` AS
	SELECT `id`, `user_id`, `at`, `received_at`, `latitude`, `longitude`, `accuracy`, `speed`, `heading`, `flag` FROM `location_reports`
	UNION ALL
	SELECT c.`first_id` + (p.value ->> 0), c.`user_id`, c.`bucket` + (p.value ->> 1), c.`bucket` + (p.value ->> 1) + (p.value ->> 2),
		iif(typeof(p.value ->> 3) = 'integer', (c.`south` + (p.value ->> 3)) / 1e7, p.value ->> 3),
		iif(typeof(p.value ->> 4) = 'integer', (c.`west` + (p.value ->> 4)) / 1e7, p.value ->> 4),
		p.value ->> 5, p.value ->> 6, p.value ->> 7,
		CASE p.value ->> 8 WHEN 1 THEN 'duplicate' WHEN 2 THEN 'jump' WHEN 3 THEN 'stale' WHEN 4 THEN 'future' END
	FROM `track_chunks` c, json_each(c.`points`) p;
--> statement-breakpoint
CREATE VIEW `latest_places` AS
	SELECT l.`user_id`, iif(l.newer, l.`newest` ->> 0, l.`report_id`) AS `report_id`, iif(l.newer, l.`newest` ->> 1, l.`at`) AS `at`,
		iif(l.newer, l.`newest` ->> 2, l.`received_at`) AS `received_at`,
		iif(l.newer, l.`newest` ->> 3, l.`latitude`) AS `latitude`, iif(l.newer, l.`newest` ->> 4, l.`longitude`) AS `longitude`,
		iif(l.newer, l.`newest` ->> 5, l.`accuracy`) AS `accuracy`, iif(l.newer, l.`newest` ->> 6, l.`speed`) AS `speed`,
		iif(l.newer, l.`newest` ->> 7, l.`heading`) AS `heading`, l.`cell`
	FROM (SELECT l.*, c.`newest`, c.`newest` IS NOT NULL AND (c.`newest` ->> 1, c.`newest` ->> 0) > (l.`at`, l.`report_id`) AS newer
		FROM `latest_locations` l LEFT JOIN `track_chunks` c
			ON c.`user_id` = l.`user_id` AND c.`bucket` = l.`bucket` AND c.`part` = l.`part`) l;
