-- Where somebody is moves forward with whatever writes a newer report that is taken at its word; a tie goes to the later one.
CREATE TRIGGER IF NOT EXISTS `location_reports_latest` AFTER INSERT ON `location_reports` WHEN NEW.`flag` IS NULL BEGIN
	INSERT INTO `latest_locations` (`user_id`, `report_id`, `at`, `received_at`, `latitude`, `longitude`, `accuracy`, `speed`, `heading`, `cell`)
	VALUES (NEW.`user_id`, NEW.`id`, NEW.`at`, NEW.`received_at`, NEW.`latitude`, NEW.`longitude`, NEW.`accuracy`, NEW.`speed`, NEW.`heading`, NEW.`cell`)
	ON CONFLICT (`user_id`) DO UPDATE SET
		`report_id` = excluded.`report_id`, `at` = excluded.`at`, `received_at` = excluded.`received_at`,
		`latitude` = excluded.`latitude`, `longitude` = excluded.`longitude`,
		`accuracy` = excluded.`accuracy`, `speed` = excluded.`speed`, `heading` = excluded.`heading`, `cell` = excluded.`cell`
	WHERE (excluded.`at`, excluded.`report_id`) > (`latest_locations`.`at`, `latest_locations`.`report_id`);
END;
