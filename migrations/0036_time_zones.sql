-- The time zone of a person and of an event, by its IANA name. Null: the default of the settings.
ALTER TABLE `users` ADD `time_zone` text;--> statement-breakpoint
ALTER TABLE `events` ADD `time_zone` text;
