-- Whatever deletes a row, a cascade too, what hangs on it outside goes with it.
CREATE TRIGGER IF NOT EXISTS `track_days_object` AFTER DELETE ON `track_days` BEGIN
	INSERT INTO `outbox` (`id`, `kind`, `address`, `payload`, `next_attempt_at`, `created_at`)
	VALUES (
		lower(hex(randomblob(16))), 'object', OLD.`key`, '{}',
		CAST(unixepoch('subsec') * 1000 AS INTEGER), CAST(unixepoch('subsec') * 1000 AS INTEGER)
	);
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS `task_photos_file` AFTER DELETE ON `task_photos` BEGIN
	DELETE FROM `files` WHERE `id` = OLD.`file_id`;
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS `events_image` AFTER DELETE ON `events` BEGIN
	DELETE FROM `files` WHERE `purpose` = 'event_image' AND `subject_id` = OLD.`id`;
END;
--> statement-breakpoint
INSERT OR IGNORE INTO `reference_codes` (`kind`, `code`, `name`, `updated_at`) VALUES
	('user_type', 'CLIENT', 'Клиент', 0),
	('user_type', 'DRIVER', 'Водитель', 0),
	('user_type', 'OPERATOR', 'Оператор', 0),
	('payment_method', 'CASH', 'Наличные', 0),
	('payment_method', 'CARD', 'Банковская карта', 0),
	('payment_method', 'BANK_TRANSFER', 'Банковский перевод', 0),
	('payment_method', 'MOBILE_PAYMENT', 'Мобильный платёж', 0),
	('payment_status', 'PENDING', 'Ожидает обработки', 0),
	('payment_status', 'PROCESSING', 'В обработке', 0),
	('payment_status', 'COMPLETED', 'Завершён', 0),
	('payment_status', 'FAILED', 'Не удалось', 0),
	('payment_status', 'REFUNDED', 'Возвращён', 0),
	('ticket_status', 'OPEN', 'Открыт', 0),
	('ticket_status', 'IN_PROGRESS', 'В работе', 0),
	('ticket_status', 'RESOLVED', 'Решён', 0),
	('ticket_status', 'CLOSED', 'Закрыт', 0),
	('notification_type', 'ORDER_CREATED', 'Заказ создан', 0),
	('notification_type', 'ORDER_CONFIRMED', 'Заказ подтверждён', 0),
	('notification_type', 'ORDER_ASSIGNED', 'Назначен эвакуатор', 0),
	('notification_type', 'ORDER_IN_PROGRESS', 'Заказ в работе', 0),
	('notification_type', 'ORDER_COMPLETED', 'Заказ выполнен', 0),
	('notification_type', 'ORDER_CANCELLED', 'Заказ отменён', 0),
	('notification_type', 'PAYMENT_RECEIVED', 'Оплата получена', 0),
	('notification_type', 'DRIVER_ARRIVED', 'Водитель прибыл', 0),
	('notification_type', 'GENERAL', 'Общее', 0);
