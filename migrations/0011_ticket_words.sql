-- A ticket's room holds the words of whoever wrote there: it is told when an account goes, while it is still known where.
CREATE TRIGGER IF NOT EXISTS `users_ticket_words` BEFORE DELETE ON `users` BEGIN
	INSERT INTO `outbox` (`id`, `kind`, `address`, `payload`, `next_attempt_at`, `created_at`)
	SELECT lower(hex(randomblob(16))), 'ticket_erase', 'ticket:' || `ticket_id`, json_object('author', OLD.`id`),
		CAST(unixepoch('subsec') * 1000 AS INTEGER), CAST(unixepoch('subsec') * 1000 AS INTEGER)
	FROM `support_messages` WHERE `author_id` = OLD.`id` GROUP BY `ticket_id`;
END;
