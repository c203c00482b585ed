-- Addresses of accounts that get no more letters: one came back for good, or its reader complained of it.
CREATE TABLE `mail_suppressions` (
	`address` text NOT NULL,
	`reason` text NOT NULL,
	`detail` text DEFAULT '' NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`address`, `reason`)
);--> statement-breakpoint
CREATE INDEX `mail_suppressions_created` ON `mail_suppressions` (`created_at`);--> statement-breakpoint
-- Leaving an address ends both. Taking one forgives that letters came back, but no complaint: anybody can type an address.
CREATE TRIGGER `mail_suppressions_left` AFTER UPDATE OF `email` ON `users` WHEN NEW.`email` IS NOT OLD.`email`
BEGIN
	DELETE FROM `mail_suppressions` WHERE `address` = OLD.`email`;
	DELETE FROM `mail_suppressions` WHERE `address` = NEW.`email` AND `reason` = 'bounce';
END;--> statement-breakpoint
CREATE TRIGGER `mail_suppressions_erased` AFTER DELETE ON `users` WHEN OLD.`email` IS NOT NULL
BEGIN
	DELETE FROM `mail_suppressions` WHERE `address` = OLD.`email`;
END;
