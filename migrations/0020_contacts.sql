ALTER TABLE `users` ADD `email_is_changed` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `users` ADD `phone_is_changed` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `codes` ADD `stranger_attempts` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `codes` ADD `asked_from` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `codes` ADD `sealed_password` text;--> statement-breakpoint
CREATE TABLE `former_contacts` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` integer NOT NULL,
	`kind` text NOT NULL,
	`value` text NOT NULL,
	`verified_at` integer,
	`is_changed` integer NOT NULL,
	`secret_hash` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `former_contacts_secret_hash_unique` ON `former_contacts` (`secret_hash`);--> statement-breakpoint
CREATE INDEX `former_contacts_value` ON `former_contacts` (`value`);--> statement-breakpoint
CREATE INDEX `former_contacts_user` ON `former_contacts` (`user_id`);--> statement-breakpoint
CREATE INDEX `former_contacts_expiry` ON `former_contacts` (`expires_at`);--> statement-breakpoint
CREATE TABLE `known_devices` (
	`user_id` integer NOT NULL,
	`mark` text NOT NULL,
	`seen_at` integer NOT NULL,
	PRIMARY KEY(`user_id`, `mark`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `known_devices_seen` ON `known_devices` (`seen_at`);--> statement-breakpoint
-- An address or phone that its former owner can still take back is nobody else's, whoever writes the row.
-- The words are those of the unique column, so that every door refuses it as it refuses one that is taken.
CREATE TRIGGER `users_email_reserved_on_insert` BEFORE INSERT ON `users` WHEN NEW.`email` IS NOT NULL AND EXISTS (
	SELECT 1 FROM `former_contacts` WHERE `kind` = 'email' AND `value` = NEW.`email` AND `expires_at` > unixepoch('subsec') * 1000
) BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: users.email'); END;
--> statement-breakpoint
CREATE TRIGGER `users_email_reserved_on_update` BEFORE UPDATE OF `email` ON `users` WHEN NEW.`email` IS NOT OLD.`email` AND EXISTS (
	SELECT 1 FROM `former_contacts` WHERE `kind` = 'email' AND `value` = NEW.`email` AND `user_id` <> NEW.`id`
		AND `expires_at` > unixepoch('subsec') * 1000
) BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: users.email'); END;
--> statement-breakpoint
CREATE TRIGGER `users_phone_reserved_on_insert` BEFORE INSERT ON `users` WHEN NEW.`phone` IS NOT NULL AND EXISTS (
	SELECT 1 FROM `former_contacts` WHERE `kind` = 'phone' AND `value` = NEW.`phone` AND `expires_at` > unixepoch('subsec') * 1000
) BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: users.phone'); END;
--> statement-breakpoint
CREATE TRIGGER `users_phone_reserved_on_update` BEFORE UPDATE OF `phone` ON `users` WHEN NEW.`phone` IS NOT OLD.`phone` AND EXISTS (
	SELECT 1 FROM `former_contacts` WHERE `kind` = 'phone' AND `value` = NEW.`phone` AND `user_id` <> NEW.`id`
		AND `expires_at` > unixepoch('subsec') * 1000
) BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: users.phone'); END;
--> statement-breakpoint
ALTER TABLE `sessions` ADD `client_mark` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `cookie_mark` text;--> statement-breakpoint
-- A device is known by an earlier session of the account, whoever opened it, and stays known when that session is gone.
CREATE TRIGGER `sessions_known_device` AFTER INSERT ON `sessions` WHEN NEW.`client_mark` IS NOT NULL BEGIN
	INSERT INTO `known_devices` (`user_id`, `mark`, `seen_at`)
		SELECT NEW.`user_id`, NEW.`client_mark`, NEW.`created_at`
		UNION ALL SELECT NEW.`user_id`, NEW.`cookie_mark`, NEW.`created_at` WHERE NEW.`cookie_mark` IS NOT NULL
		ON CONFLICT (`user_id`, `mark`) DO UPDATE SET `seen_at` = excluded.`seen_at`;
END;
