-- What an isolate noted within some seconds is one row. Rows are deleted after a day.
CREATE TABLE `request_log` (
	`id` text PRIMARY KEY NOT NULL,
	`entries` text NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE VIEW `logged_requests` AS
	SELECT r.`id` AS `packed`, e.`key` AS `number`, e.value ->> 0 AS `request_id`, e.value ->> 1 AS `at`, e.value ->> 2 AS `took`,
		e.value ->> 3 AS `method`, e.value ->> 4 AS `place`, e.value ->> 5 AS `status`, e.value ->> 6 AS `user_id`
	FROM `request_log` r, json_each(r.`entries`) e;
