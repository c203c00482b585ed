-- How many minutes before an event its members are reminded, `[1440,30]`. Null: the default, half an hour.
ALTER TABLE `events` ADD `reminder_leads` text;--> statement-breakpoint
-- When the reminders of events that have their own leads are due, so that a run reads only what is due about now.
CREATE TABLE `event_reminder_times` (
	`event_id` integer NOT NULL,
	`lead` integer NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`event_id`, `lead`),
	FOREIGN KEY (`event_id`) REFERENCES `events`(`id`) ON UPDATE no action ON DELETE cascade
);--> statement-breakpoint
CREATE INDEX `event_reminder_times_at` ON `event_reminder_times` (`at`);--> statement-breakpoint
CREATE TRIGGER `event_reminders_planned` AFTER INSERT ON `events` WHEN NEW.`reminder_leads` IS NOT NULL
BEGIN
	INSERT INTO `event_reminder_times` (`event_id`, `lead`, `at`)
		SELECT NEW.`id`, `value` * 60000, NEW.`starts_at` - `value` * 60000 FROM json_each(NEW.`reminder_leads`);
END;--> statement-breakpoint
CREATE TRIGGER `event_reminders_moved` AFTER UPDATE OF `starts_at`, `reminder_leads` ON `events`
WHEN NEW.`reminder_leads` IS NOT OLD.`reminder_leads` OR (NEW.`reminder_leads` IS NOT NULL AND NEW.`starts_at` <> OLD.`starts_at`)
BEGIN
	DELETE FROM `event_reminder_times` WHERE `event_id` = NEW.`id`;
	INSERT INTO `event_reminder_times` (`event_id`, `lead`, `at`)
		SELECT NEW.`id`, `value` * 60000, NEW.`starts_at` - `value` * 60000 FROM json_each(NEW.`reminder_leads`);
END;
