CREATE INDEX `order_offers_open` ON `order_offers` (`expires_at`) WHERE "order_offers"."status" = 'OPEN';--> statement-breakpoint
-- A deleted account takes its orders along: a truck that was on one of them is free again.
CREATE TRIGGER `orders_gone` AFTER DELETE ON `orders`
WHEN OLD.`tow_truck_id` IS NOT NULL AND OLD.`status` IN ('ASSIGNED', 'IN_PROGRESS') BEGIN
	UPDATE `tow_trucks` SET `status` = 'AVAILABLE', `updated_at` = CAST(unixepoch('subsec') * 1000 AS INTEGER)
	WHERE `id` = OLD.`tow_truck_id` AND `status` = 'BUSY';
END;
