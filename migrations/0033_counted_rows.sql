-- How many rows there are of what lists without a filter count: reading a page must not read the table. Kept by triggers.
CREATE TABLE `counted_rows` (
	`name` text PRIMARY KEY NOT NULL,
	`total` integer NOT NULL
) WITHOUT ROWID;--> statement-breakpoint
INSERT INTO `counted_rows` SELECT 'orders', count(*) FROM `orders`;--> statement-breakpoint
CREATE TRIGGER `orders_counted` AFTER INSERT ON `orders` BEGIN
	UPDATE `counted_rows` SET `total` = `total` + 1 WHERE `name` = 'orders';
END;--> statement-breakpoint
CREATE TRIGGER `orders_uncounted` AFTER DELETE ON `orders` BEGIN
	UPDATE `counted_rows` SET `total` = `total` - 1 WHERE `name` = 'orders';
END;--> statement-breakpoint
INSERT INTO `counted_rows` SELECT 'car_posts', count(*) FROM `car_posts`;--> statement-breakpoint
CREATE TRIGGER `car_posts_counted` AFTER INSERT ON `car_posts` BEGIN
	UPDATE `counted_rows` SET `total` = `total` + 1 WHERE `name` = 'car_posts';
END;--> statement-breakpoint
CREATE TRIGGER `car_posts_uncounted` AFTER DELETE ON `car_posts` BEGIN
	UPDATE `counted_rows` SET `total` = `total` - 1 WHERE `name` = 'car_posts';
END;--> statement-breakpoint
INSERT INTO `counted_rows` SELECT 'support_tickets', count(*) FROM `support_tickets`;--> statement-breakpoint
CREATE TRIGGER `support_tickets_counted` AFTER INSERT ON `support_tickets` BEGIN
	UPDATE `counted_rows` SET `total` = `total` + 1 WHERE `name` = 'support_tickets';
END;--> statement-breakpoint
CREATE TRIGGER `support_tickets_uncounted` AFTER DELETE ON `support_tickets` BEGIN
	UPDATE `counted_rows` SET `total` = `total` - 1 WHERE `name` = 'support_tickets';
END;--> statement-breakpoint
INSERT INTO `counted_rows` SELECT 'client_vehicles', count(*) FROM `client_vehicles`;--> statement-breakpoint
CREATE TRIGGER `client_vehicles_counted` AFTER INSERT ON `client_vehicles` BEGIN
	UPDATE `counted_rows` SET `total` = `total` + 1 WHERE `name` = 'client_vehicles';
END;--> statement-breakpoint
CREATE TRIGGER `client_vehicles_uncounted` AFTER DELETE ON `client_vehicles` BEGIN
	UPDATE `counted_rows` SET `total` = `total` - 1 WHERE `name` = 'client_vehicles';
END;--> statement-breakpoint
INSERT INTO `counted_rows` SELECT 'users', count(*) FROM `users`;--> statement-breakpoint
CREATE TRIGGER `users_counted` AFTER INSERT ON `users` BEGIN
	UPDATE `counted_rows` SET `total` = `total` + 1 WHERE `name` = 'users';
END;--> statement-breakpoint
CREATE TRIGGER `users_uncounted` AFTER DELETE ON `users` BEGIN
	UPDATE `counted_rows` SET `total` = `total` - 1 WHERE `name` = 'users';
END;--> statement-breakpoint
INSERT INTO `counted_rows` SELECT 'orders.cancelled', count(*) FROM `orders` WHERE `status` = 'CANCELLED';--> statement-breakpoint
CREATE TRIGGER `orders_cancelled_counted` AFTER UPDATE OF `status` ON `orders` WHEN (NEW.`status` = 'CANCELLED') <> (OLD.`status` = 'CANCELLED') BEGIN
	UPDATE `counted_rows` SET `total` = `total` + iif(NEW.`status` = 'CANCELLED', 1, -1) WHERE `name` = 'orders.cancelled';
END;--> statement-breakpoint
CREATE TRIGGER `orders_cancelled_inserted` AFTER INSERT ON `orders` WHEN NEW.`status` = 'CANCELLED' BEGIN
	UPDATE `counted_rows` SET `total` = `total` + 1 WHERE `name` = 'orders.cancelled';
END;--> statement-breakpoint
CREATE TRIGGER `orders_cancelled_deleted` AFTER DELETE ON `orders` WHEN OLD.`status` = 'CANCELLED' BEGIN
	UPDATE `counted_rows` SET `total` = `total` - 1 WHERE `name` = 'orders.cancelled';
END;--> statement-breakpoint
-- Events by audience: strangers count public ones only, and each event is in one count.
INSERT INTO `counted_rows` SELECT 'events.' || value, (SELECT count(*) FROM `events` WHERE `audience` = value)
FROM json_each('["public","signed_in"]');--> statement-breakpoint
CREATE TRIGGER `events_counted` AFTER INSERT ON `events` BEGIN
	UPDATE `counted_rows` SET `total` = `total` + 1 WHERE `name` = 'events.' || NEW.`audience`;
END;--> statement-breakpoint
CREATE TRIGGER `events_uncounted` AFTER DELETE ON `events` BEGIN
	UPDATE `counted_rows` SET `total` = `total` - 1 WHERE `name` = 'events.' || OLD.`audience`;
END;--> statement-breakpoint
CREATE TRIGGER `events_audience_counted` AFTER UPDATE OF `audience` ON `events` WHEN NEW.`audience` <> OLD.`audience` BEGIN
	UPDATE `counted_rows` SET `total` = `total` + iif(`name` = 'events.' || NEW.`audience`, 1, -1)
	WHERE `name` IN ('events.' || NEW.`audience`, 'events.' || OLD.`audience`);
END;--> statement-breakpoint
-- People in Find Friend's list, staff included: those are few, and the list subtracts them.
INSERT INTO `counted_rows` SELECT 'social_profiles.listed', count(*) FROM `social_profiles` WHERE `listed_at` IS NOT NULL;--> statement-breakpoint
CREATE TRIGGER `social_profiles_listed_made` AFTER INSERT ON `social_profiles` WHEN NEW.`listed_at` IS NOT NULL BEGIN
	UPDATE `counted_rows` SET `total` = `total` + 1 WHERE `name` = 'social_profiles.listed';
END;--> statement-breakpoint
CREATE TRIGGER `social_profiles_listed_changed` AFTER UPDATE OF `listed_at` ON `social_profiles`
WHEN (NEW.`listed_at` IS NULL) <> (OLD.`listed_at` IS NULL) BEGIN
	UPDATE `counted_rows` SET `total` = `total` + iif(NEW.`listed_at` IS NULL, -1, 1) WHERE `name` = 'social_profiles.listed';
END;--> statement-breakpoint
CREATE TRIGGER `social_profiles_listed_deleted` AFTER DELETE ON `social_profiles` WHEN OLD.`listed_at` IS NOT NULL BEGIN
	UPDATE `counted_rows` SET `total` = `total` - 1 WHERE `name` = 'social_profiles.listed';
END;--> statement-breakpoint
-- How many people have an interest: the list begins with the most common.
ALTER TABLE `interests` ADD `people` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
UPDATE `interests` SET `people` = (SELECT count(*) FROM `user_interests` WHERE `interest_id` = `interests`.`id`);--> statement-breakpoint
CREATE TRIGGER `user_interests_counted` AFTER INSERT ON `user_interests` BEGIN
	UPDATE `interests` SET `people` = `people` + 1 WHERE `id` = NEW.`interest_id`;
END;--> statement-breakpoint
CREATE TRIGGER `user_interests_uncounted` AFTER DELETE ON `user_interests` BEGIN
	UPDATE `interests` SET `people` = `people` - 1 WHERE `id` = OLD.`interest_id`;
END;
