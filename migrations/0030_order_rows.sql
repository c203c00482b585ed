-- Fewer rows for the life of an order: indexes hold only the orders that have what they are read by, and an archived entry is one row.
DROP INDEX `orders_truck`;--> statement-breakpoint
CREATE INDEX `orders_truck` ON `orders` (`tow_truck_id`) WHERE "orders"."tow_truck_id" IS NOT NULL;--> statement-breakpoint
DROP INDEX `orders_assigned`;--> statement-breakpoint
CREATE INDEX `orders_assigned` ON `orders` (`assigned_at`) WHERE "orders"."assigned_at" IS NOT NULL;--> statement-breakpoint
DROP INDEX `orders_completed`;--> statement-breakpoint
CREATE INDEX `orders_completed` ON `orders` (`completed_at`) WHERE "orders"."completed_at" IS NOT NULL;--> statement-breakpoint
CREATE TABLE `order_entries_packed` (
	`order_id` text NOT NULL,
	`epoch` text NOT NULL,
	`seq` integer NOT NULL,
	`at` integer NOT NULL,
	`author_id` integer,
	`kind` text NOT NULL,
	`body` text NOT NULL,
	PRIMARY KEY(`order_id`, `epoch`, `seq`),
	FOREIGN KEY (`order_id`) REFERENCES `orders`(`id`) ON UPDATE no action ON DELETE cascade
) WITHOUT ROWID;--> statement-breakpoint
INSERT INTO `order_entries_packed` (`order_id`, `epoch`, `seq`, `at`, `author_id`, `kind`, `body`)
	SELECT `order_id`, `epoch`, `seq`, `at`, `author_id`, `kind`, `body` FROM `order_entries`;--> statement-breakpoint
DROP TABLE `order_entries`;--> statement-breakpoint
ALTER TABLE `order_entries_packed` RENAME TO `order_entries`;
