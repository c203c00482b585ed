-- An event's time zone is told, too: the triggers of `0035_webhooks.sql` once more.
DROP TRIGGER `webhooks_event_created`;--> statement-breakpoint
CREATE TRIGGER `webhooks_event_created` AFTER INSERT ON `events`
WHEN EXISTS (SELECT 1 FROM `webhook_subscriptions` WHERE `type` = 'event.created')
BEGIN
	INSERT INTO `webhook_events` (`type`, `subject`, `person_id`, `data`) VALUES ('event.created', 'event:' || NEW.`uuid`, NEW.`creator_id`,
		json_object('id', NEW.`id`, 'uuid', NEW.`uuid`, 'name', NEW.`name`, 'creator', NEW.`creator_id`, 'audience', NEW.`audience`,
			'city', NEW.`city_id`, 'max_members', NEW.`max_members`, 'time_zone', NEW.`time_zone`,
			'starts_at', strftime('%Y-%m-%dT%H:%M:%fZ', NEW.`starts_at` / 1000.0, 'unixepoch'),
			'ends_at', strftime('%Y-%m-%dT%H:%M:%fZ', NEW.`ends_at` / 1000.0, 'unixepoch')));
END;--> statement-breakpoint
DROP TRIGGER `webhooks_event_updated`;--> statement-breakpoint
CREATE TRIGGER `webhooks_event_updated` AFTER UPDATE OF `name`, `description`, `event_type`, `starts_at`, `ends_at`, `location`, `latitude`, `longitude`,
	`audience`, `city_id`, `price`, `min_age`, `max_age`, `min_members`, `max_members`, `creator_id`, `time_zone` ON `events`
WHEN EXISTS (SELECT 1 FROM `webhook_subscriptions` WHERE `type` = 'event.updated') AND (NEW.`name` <> OLD.`name` OR NEW.`description` <> OLD.`description` OR NEW.`event_type` <> OLD.`event_type`
	OR NEW.`starts_at` <> OLD.`starts_at` OR NEW.`ends_at` IS NOT OLD.`ends_at` OR NEW.`location` <> OLD.`location`
	OR NEW.`latitude` IS NOT OLD.`latitude` OR NEW.`longitude` IS NOT OLD.`longitude` OR NEW.`audience` <> OLD.`audience`
	OR NEW.`city_id` IS NOT OLD.`city_id` OR NEW.`price` <> OLD.`price` OR NEW.`min_age` IS NOT OLD.`min_age`
	OR NEW.`max_age` IS NOT OLD.`max_age` OR NEW.`min_members` IS NOT OLD.`min_members`
	OR NEW.`max_members` IS NOT OLD.`max_members` OR NEW.`creator_id` IS NOT OLD.`creator_id` OR NEW.`time_zone` IS NOT OLD.`time_zone`)
BEGIN
	INSERT INTO `webhook_events` (`type`, `subject`, `person_id`, `data`) VALUES ('event.updated', 'event:' || NEW.`uuid`, NEW.`creator_id`,
		json_object('id', NEW.`id`, 'uuid', NEW.`uuid`, 'name', NEW.`name`, 'creator', NEW.`creator_id`, 'audience', NEW.`audience`,
			'city', NEW.`city_id`, 'max_members', NEW.`max_members`, 'time_zone', NEW.`time_zone`,
			'starts_at', strftime('%Y-%m-%dT%H:%M:%fZ', NEW.`starts_at` / 1000.0, 'unixepoch'),
			'ends_at', strftime('%Y-%m-%dT%H:%M:%fZ', NEW.`ends_at` / 1000.0, 'unixepoch')));
END;
