-- A message costs one row: its table is the key's tree, and nobody looks messages up by sender but within the sender's chats.
-- A chat holds how many messages each member has not read, so that nobody counts them.
DROP TRIGGER IF EXISTS `users_chat_words`;--> statement-breakpoint
ALTER TABLE `chats` ADD `epoch` text;--> statement-breakpoint
ALTER TABLE `chats` ADD `unread_low` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `chats` ADD `unread_high` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
UPDATE `chats` SET
	`epoch` = (SELECT m.`epoch` FROM `chat_messages` m WHERE m.`chat_id` = `chats`.`id` ORDER BY m.`seq` DESC LIMIT 1),
	`unread_low` = (SELECT count(*) FROM `chat_messages` m WHERE m.`chat_id` = `chats`.`id` AND m.`kind` = 'message'
		AND m.`sender_id` IS NOT `chats`.`low_id` AND m.`seq` > coalesce(
			(SELECT r.`seq` FROM `chat_reads` r WHERE r.`chat_id` = `chats`.`id` AND r.`user_id` = `chats`.`low_id`), 0)),
	`unread_high` = (SELECT count(*) FROM `chat_messages` m WHERE m.`chat_id` = `chats`.`id` AND m.`kind` = 'message'
		AND m.`sender_id` IS NOT `chats`.`high_id` AND m.`seq` > coalesce(
			(SELECT r.`seq` FROM `chat_reads` r WHERE r.`chat_id` = `chats`.`id` AND r.`user_id` = `chats`.`high_id`), 0));--> statement-breakpoint
CREATE TABLE `__new_chat_messages` (
	`chat_id` integer NOT NULL,
	`seq` integer NOT NULL,
	`epoch` text NOT NULL,
	`at` integer NOT NULL,
	`sender_id` integer,
	`kind` text NOT NULL,
	`text` text NOT NULL,
	PRIMARY KEY(`chat_id`, `seq`, `epoch`),
	FOREIGN KEY (`chat_id`) REFERENCES `chats`(`id`) ON UPDATE no action ON DELETE cascade
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `__new_chat_messages` (`chat_id`, `seq`, `epoch`, `at`, `sender_id`, `kind`, `text`)
	SELECT `chat_id`, `seq`, `epoch`, `at`, `sender_id`, `kind`, `text` FROM `chat_messages` ORDER BY `chat_id`, `seq`, `epoch`;--> statement-breakpoint
DROP TABLE `chat_messages`;--> statement-breakpoint
ALTER TABLE `__new_chat_messages` RENAME TO `chat_messages`;--> statement-breakpoint
-- What a deleted account said in chats goes with it, before its name is taken off.
CREATE TRIGGER `users_chat_words` BEFORE DELETE ON `users` BEGIN
	UPDATE `chat_messages` SET `kind` = 'erased', `text` = '', `sender_id` = NULL
		WHERE `chat_id` IN (SELECT `id` FROM `chats` WHERE `low_id` = OLD.`id` UNION SELECT `id` FROM `chats` WHERE `high_id` = OLD.`id`)
			AND `sender_id` = OLD.`id`;
	UPDATE `chats` SET `unread_low` = 0, `unread_high` = 0 WHERE `low_id` = OLD.`id` OR `high_id` = OLD.`id`;
END;
