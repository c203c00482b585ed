-- How often an event was changed: SEQUENCE in calendars.
ALTER TABLE `events` ADD `sequence` integer DEFAULT 0 NOT NULL;
