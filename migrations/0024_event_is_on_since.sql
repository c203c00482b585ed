-- Since when the event has been on without a break, where its times were moved to be about the present moment, epoch ms.
ALTER TABLE `events` ADD `on_since` integer;--> statement-breakpoint
-- Who may see whom in an event sees nothing from before it was on: moved times reach the present, never the past.
CREATE TRIGGER `events_times_moved` AFTER UPDATE OF `starts_at`, `ends_at` ON `events`
WHEN NEW.`starts_at` IS NOT OLD.`starts_at` OR NEW.`ends_at` IS NOT OLD.`ends_at`
BEGIN
	UPDATE `events` SET `on_since` = iif(
		OLD.`starts_at` <= CAST(unixepoch('subsec') * 1000 AS INTEGER) AND OLD.`ends_at` > CAST(unixepoch('subsec') * 1000 AS INTEGER),
		max(OLD.`starts_at`, coalesce(OLD.`on_since`, 0)),
		CAST(unixepoch('subsec') * 1000 AS INTEGER)
	) WHERE `id` = NEW.`id`;
END;
