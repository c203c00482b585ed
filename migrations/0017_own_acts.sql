ALTER TABLE `event_members` ADD `accepted_at` integer;--> statement-breakpoint
ALTER TABLE `events` ADD `audience` text DEFAULT 'public' NOT NULL;--> statement-breakpoint
ALTER TABLE `social_profiles` ADD `geoip_allowed_at` integer;--> statement-breakpoint
-- Whoever made an event, or was let in after asking, takes part by their own act; everybody else was named by somebody.
UPDATE `event_members` SET `accepted_at` = `joined_at`
WHERE EXISTS (SELECT 1 FROM `events` WHERE `events`.`id` = `event_members`.`event_id` AND `events`.`creator_id` = `event_members`.`user_id`)
  OR EXISTS (SELECT 1 FROM `participation_requests` AS `r` WHERE `r`.`event_id` = `event_members`.`event_id`
    AND `r`.`user_id` = `event_members`.`user_id` AND `r`.`status` = 'Accepted');
--> statement-breakpoint
-- Events of AlphaBet's door have neither a description nor a kind.
UPDATE `events` SET `audience` = 'signed_in' WHERE `description` = '' AND `event_type` = '';
--> statement-breakpoint
-- A consent whose beginning nobody wrote down begins now.
UPDATE `social_profiles` SET `geoip_allowed_at` = CAST(unixepoch('subsec') * 1000 AS INTEGER) WHERE `is_geoip_allowed` = 1;
