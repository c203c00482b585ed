-- Whatever deletes a row, a cascade too, its object goes with it: by the outbox, retried until it is done.
CREATE TRIGGER IF NOT EXISTS `files_object` AFTER DELETE ON `files` BEGIN
	INSERT INTO `outbox` (`id`, `kind`, `address`, `payload`, `next_attempt_at`, `created_at`)
	VALUES (
		lower(hex(randomblob(16))), 'object', OLD.`key`, '{}',
		CAST(unixepoch('subsec') * 1000 AS INTEGER), CAST(unixepoch('subsec') * 1000 AS INTEGER)
	);
END;
