ALTER TABLE `files` ADD `cleaned_at` integer;--> statement-breakpoint
CREATE INDEX `files_uncleaned` ON `files` (`status`,`id`) WHERE "files"."cleaned_at" IS NULL;--> statement-breakpoint
ALTER TABLE `profiles` ADD `cleaned_avatar_key` text;--> statement-breakpoint
CREATE INDEX `profiles_uncleaned` ON `profiles` (`user_id`) WHERE "profiles"."avatar_key" IS NOT NULL AND "profiles"."avatar_key" IS NOT "profiles"."cleaned_avatar_key";--> statement-breakpoint
-- What a signed PUT brought for an upload that was never finished goes with the upload.
DROP TRIGGER IF EXISTS `files_object`;
--> statement-breakpoint
CREATE TRIGGER `files_object` AFTER DELETE ON `files` BEGIN
	INSERT INTO `outbox` (`id`, `kind`, `address`, `payload`, `next_attempt_at`, `created_at`)
	SELECT
		lower(hex(randomblob(16))), 'object', `object`.`address`, '{}',
		CAST(unixepoch('subsec') * 1000 AS INTEGER), CAST(unixepoch('subsec') * 1000 AS INTEGER)
	FROM (
		SELECT OLD.`key` AS `address`
		UNION ALL
		SELECT 'incoming/' || OLD.`key` WHERE OLD.`status` = 'pending' AND OLD.`accepted_at` IS NULL
	) AS `object`;
END;
