-- Drivers are on duty until they say otherwise.
ALTER TABLE `users` ADD `on_duty` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `tow_trucks` ADD `idle_at` integer;--> statement-breakpoint
-- Nobody wrote down why a truck is OFFLINE; a fresh position brings each of them back, as it did until now.
UPDATE `tow_trucks` SET `idle_at` = `updated_at` WHERE `status` = 'OFFLINE';
--> statement-breakpoint
ALTER TABLE `orders` ADD `code_tries` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `orders` ADD `called_at` integer;--> statement-breakpoint
CREATE INDEX `orders_called` ON `orders` (`scheduled_at`) WHERE "orders"."called_at" IS NOT NULL;--> statement-breakpoint
-- The public link of an order that is over ends an hour after it.
UPDATE `order_shares` SET `expires_at` = min(`expires_at`, (
	SELECT coalesce(`completed_at`, `updated_at`) + 3600000 FROM `orders` WHERE `orders`.`id` = `order_shares`.`order_id`
))
WHERE EXISTS (SELECT 1 FROM `orders` WHERE `orders`.`id` = `order_shares`.`order_id` AND `orders`.`status` IN ('COMPLETED', 'CANCELLED'));
--> statement-breakpoint
DROP TRIGGER `orders_gone`;
--> statement-breakpoint
-- A deleted account takes its orders along: a truck that was on one of them is free again, if its driver is on duty.
CREATE TRIGGER `orders_gone` AFTER DELETE ON `orders`
WHEN OLD.`tow_truck_id` IS NOT NULL AND OLD.`status` IN ('ASSIGNED', 'IN_PROGRESS') BEGIN
	UPDATE `tow_trucks` SET
		`status` = iif(EXISTS (SELECT 1 FROM `users` WHERE `users`.`id` = `tow_trucks`.`driver_id` AND `users`.`on_duty` = 0), 'OFFLINE', 'AVAILABLE'),
		`updated_at` = CAST(unixepoch('subsec') * 1000 AS INTEGER)
	WHERE `id` = OLD.`tow_truck_id` AND `status` = 'BUSY';
END;
