-- Where pushes go: a browser's subscription or an app's token, of one session.
CREATE TABLE `push_subscriptions` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` integer NOT NULL,
	`session_id` text NOT NULL,
	`service` text NOT NULL,
	`address` text NOT NULL,
	`public_key` text,
	`auth_secret` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `push_subscriptions_user` ON `push_subscriptions` (`user_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `push_subscriptions_session` ON `push_subscriptions` (`session_id`,`service`);--> statement-breakpoint
CREATE UNIQUE INDEX `push_subscriptions_address` ON `push_subscriptions` (`service`,`address`);--> statement-breakpoint
-- The key pair that signs Web Push, where no setting names one. The private key is sealed.
CREATE TABLE `push_keys` (
	`id` integer PRIMARY KEY NOT NULL,
	`public_key` text NOT NULL,
	`sealed_private_key` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
-- What a push about a notification says, for people who subscribed to pushes.
ALTER TABLE `notifications` ADD `push_words` text;--> statement-breakpoint
ALTER TABLE `notifications` ADD `push_subject` text;--> statement-breakpoint
-- A push is an effect of the notification, whoever writes it, and costs nothing where nobody subscribed. The id is in order of
-- time, as `newOrderedId` makes them, and can be computed from the notification.
CREATE TRIGGER `notifications_push_new` AFTER INSERT ON `notifications`
WHEN NEW.push_words IS NOT NULL AND EXISTS (SELECT 1 FROM push_subscriptions WHERE user_id = NEW.user_id)
BEGIN
	INSERT OR IGNORE INTO outbox (id, kind, address, payload, leased_until, created_at)
	VALUES (printf('%012x0000%016x', NEW.created_at, NEW.id), 'push', 'user:' || NEW.user_id,
		json_object('notification', NEW.id, 'at', NEW.created_at), NEW.created_at + 60000, NEW.created_at);
END;
--> statement-breakpoint
CREATE TRIGGER `notifications_push_again` AFTER UPDATE OF `message` ON `notifications`
WHEN NEW.push_words IS NOT NULL AND NEW.is_read = 0 AND NEW.created_at <> OLD.created_at
	AND EXISTS (SELECT 1 FROM push_subscriptions WHERE user_id = NEW.user_id)
BEGIN
	INSERT OR IGNORE INTO outbox (id, kind, address, payload, leased_until, created_at)
	VALUES (printf('%012x0000%016x', NEW.created_at, NEW.id), 'push', 'user:' || NEW.user_id,
		json_object('notification', NEW.id, 'at', NEW.created_at), NEW.created_at + 60000, NEW.created_at);
END;
