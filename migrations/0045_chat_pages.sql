-- What an archive of a chat's room brings is one row, and old rows are one object in the bucket for many of them: a message
-- costs no row to be written and none to be deleted. The view shows single messages, as the table did.
DROP TRIGGER IF EXISTS `users_chat_words`;--> statement-breakpoint
CREATE TABLE `chat_pages` (
	`chat_id` integer NOT NULL,
	`last_seq` integer NOT NULL,
	`epoch` text NOT NULL,
	`first_seq` integer NOT NULL,
	`to_at` integer NOT NULL,
	`messages` text,
	`key` text,
	`said` text,
	PRIMARY KEY(`chat_id`, `last_seq`, `epoch`),
	FOREIGN KEY (`chat_id`) REFERENCES `chats`(`id`) ON UPDATE no action ON DELETE cascade
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `chat_pages_key` ON `chat_pages` (`key`) WHERE "chat_pages"."key" IS NOT NULL;--> statement-breakpoint
INSERT INTO `chat_pages` (`chat_id`, `last_seq`, `epoch`, `first_seq`, `to_at`, `messages`)
	SELECT `chat_id`, max(`seq`), `epoch`, min(`seq`), max(`at`),
		json_group_array(json_array(`seq`, `at`, `sender_id`, `kind`, `text`) ORDER BY `seq`)
	FROM `chat_messages` GROUP BY `chat_id`, `epoch`, `seq` / 50;--> statement-breakpoint
DROP TABLE `chat_messages`;--> statement-breakpoint
CREATE VIEW `chat_messages` AS
	SELECT p.`chat_id`, m.value ->> 0 AS `seq`, p.`epoch`, m.value ->> 1 AS `at`, m.value ->> 2 AS `sender_id`,
		m.value ->> 3 AS `kind`, m.value ->> 4 AS `text`
	FROM `chat_pages` p, json_each(p.`messages`) m;--> statement-breakpoint
-- A version of the Worker that still writes single messages goes on while it is being replaced.
CREATE TRIGGER `chat_messages_insert` INSTEAD OF INSERT ON `chat_messages` BEGIN
	INSERT INTO `chat_pages` (`chat_id`, `last_seq`, `epoch`, `first_seq`, `to_at`, `messages`)
	SELECT NEW.`chat_id`, NEW.`seq`, NEW.`epoch`, NEW.`seq`, NEW.`at`,
		json_array(json_array(NEW.`seq`, NEW.`at`, NEW.`sender_id`, NEW.`kind`, NEW.`text`))
	WHERE NOT EXISTS (SELECT 1 FROM `chat_pages` p WHERE p.`chat_id` = NEW.`chat_id` AND p.`last_seq` >= NEW.`seq`
		AND p.`first_seq` <= NEW.`seq` AND p.`epoch` = NEW.`epoch`);
END;--> statement-breakpoint
ALTER TABLE `chats` ADD `text_from` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
UPDATE `chats` SET `text_from` = `started_at`;--> statement-breakpoint
CREATE INDEX `chats_text_from` ON `chats` (`text_from`);--> statement-breakpoint
-- Whatever deletes a row, a cascade too, what hangs on it outside goes with it.
CREATE TRIGGER `chat_pages_object` AFTER DELETE ON `chat_pages` WHEN OLD.`key` IS NOT NULL BEGIN
	INSERT INTO `outbox` (`id`, `kind`, `address`, `payload`, `next_attempt_at`, `created_at`)
	VALUES (
		lower(hex(randomblob(16))), 'object', OLD.`key`, '{}',
		CAST(unixepoch('subsec') * 1000 AS INTEGER), CAST(unixepoch('subsec') * 1000 AS INTEGER)
	);
END;--> statement-breakpoint
-- What a deleted account said in chats goes with it, before its name is taken off. Its words in the bucket follow at once.
CREATE TRIGGER `users_chat_words` BEFORE DELETE ON `users` BEGIN
	UPDATE `chat_pages` SET `messages` = (
			SELECT json_group_array(iif(m.value ->> 2 = OLD.`id`, json_array(m.value ->> 0, m.value ->> 1, NULL, 'erased', ''), json(m.value)) ORDER BY m.key)
			FROM json_each(`chat_pages`.`messages`) m)
		WHERE `chat_id` IN (SELECT `id` FROM `chats` WHERE `low_id` = OLD.`id` UNION SELECT `id` FROM `chats` WHERE `high_id` = OLD.`id`)
			AND EXISTS (SELECT 1 FROM json_each(`chat_pages`.`messages`) m WHERE m.value ->> 2 = OLD.`id`);
	INSERT INTO `outbox` (`id`, `kind`, `address`, `payload`, `next_attempt_at`, `created_at`)
		SELECT lower(hex(randomblob(16))), 'chat_erase', 'chat:' || c.`id`,
			json_object('chatId', c.`id`, 'lastSeq', p.`last_seq`, 'epoch', p.`epoch`, 'userId', OLD.`id`),
			CAST(unixepoch('subsec') * 1000 AS INTEGER), CAST(unixepoch('subsec') * 1000 AS INTEGER)
		FROM (SELECT `id`, 'l' AS `letter` FROM `chats` WHERE `low_id` = OLD.`id`
			UNION ALL SELECT `id`, 'h' FROM `chats` WHERE `high_id` = OLD.`id`) c
		JOIN `chat_pages` p ON p.`chat_id` = c.`id` WHERE p.`key` IS NOT NULL AND instr(p.`said`, c.`letter`) > 0;
	UPDATE `chats` SET `unread_low` = 0, `unread_high` = 0 WHERE `low_id` = OLD.`id` OR `high_id` = OLD.`id`;
END;
