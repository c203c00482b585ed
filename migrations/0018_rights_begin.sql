-- The consent to be located has a beginning, whichever door, form or script writes it.
CREATE TRIGGER `social_profiles_consent_made` AFTER INSERT ON `social_profiles` WHEN NEW.`is_geoip_allowed` = 1 AND NEW.`geoip_allowed_at` IS NULL
BEGIN
  UPDATE `social_profiles` SET `geoip_allowed_at` = CAST(unixepoch('subsec') * 1000 AS INTEGER) WHERE `user_id` = NEW.`user_id`;
END;
--> statement-breakpoint
CREATE TRIGGER `social_profiles_consent_changed` AFTER UPDATE OF `is_geoip_allowed` ON `social_profiles`
WHEN NEW.`is_geoip_allowed` IS NOT OLD.`is_geoip_allowed`
BEGIN
  UPDATE `social_profiles`
  SET `geoip_allowed_at` = iif(NEW.`is_geoip_allowed` = 1, CAST(unixepoch('subsec') * 1000 AS INTEGER), NULL)
  WHERE `user_id` = NEW.`user_id`;
END;
--> statement-breakpoint
-- A consent or a friendship whose beginning nobody wrote down begins now.
UPDATE `social_profiles` SET `geoip_allowed_at` = CAST(unixepoch('subsec') * 1000 AS INTEGER)
WHERE `is_geoip_allowed` = 1 AND `geoip_allowed_at` IS NULL;
--> statement-breakpoint
UPDATE `social_profiles` SET `geoip_allowed_at` = NULL WHERE `is_geoip_allowed` = 0 AND `geoip_allowed_at` IS NOT NULL;
--> statement-breakpoint
UPDATE `friendships` SET `created_at` = CAST(unixepoch('subsec') * 1000 AS INTEGER) WHERE `created_at` <= 0;
--> statement-breakpoint
-- What two people share ends by rooms that look at their rights anew; no room is told by the former effect any more.
DELETE FROM `outbox` WHERE `kind` = 'part' AND `status` = 'pending';
