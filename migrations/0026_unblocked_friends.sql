-- When the last block between two friends ended, epoch ms: what they may see of each other begins anew then.
ALTER TABLE `friendships` ADD `unblocked_at` integer;--> statement-breakpoint
CREATE TRIGGER `blocks_ended` AFTER DELETE ON `blocks`
BEGIN
	UPDATE `friendships` SET `unblocked_at` = CAST(unixepoch('subsec') * 1000 AS INTEGER)
	WHERE `low_id` = min(OLD.`user_id`, OLD.`blocked_id`) AND `high_id` = max(OLD.`user_id`, OLD.`blocked_id`);
END;
