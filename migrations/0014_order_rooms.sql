-- An order's room outlives no order: whatever deletes the row, an account's end too, its room closes and forgets.
CREATE TRIGGER `orders_room` AFTER DELETE ON `orders` BEGIN
	INSERT INTO `outbox` (`id`, `kind`, `address`, `payload`, `next_attempt_at`, `created_at`)
	VALUES (
		lower(hex(randomblob(16))), 'order_gone', 'order:' || OLD.`id`, '{}',
		CAST(unixepoch('subsec') * 1000 AS INTEGER), CAST(unixepoch('subsec') * 1000 AS INTEGER)
	);
END;
