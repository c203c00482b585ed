-- Lists read their pages from an index, not the whole table.
CREATE INDEX `client_vehicles_name` ON `client_vehicles` (`make`,`model`,`license_plate`);--> statement-breakpoint
DROP INDEX `tow_trucks_status`;--> statement-breakpoint
CREATE INDEX `tow_trucks_status` ON `tow_trucks` (`status`,`license_plate`);--> statement-breakpoint
CREATE INDEX `events_public` ON `events` (`starts_at`) WHERE `audience` = 'public';--> statement-breakpoint
CREATE INDEX `social_profiles_listed` ON `social_profiles` (`user_id`) WHERE `listed_at` IS NOT NULL;--> statement-breakpoint
CREATE INDEX `users_staff` ON `users` (`id`) WHERE `is_staff` = 1;--> statement-breakpoint
CREATE INDEX `support_tickets_active` ON `support_tickets` (`last_message_at`,`id`);--> statement-breakpoint
CREATE INDEX `car_posts_created` ON `car_posts` (`created_at`);--> statement-breakpoint
CREATE INDEX `car_posts_name` ON `car_posts` (`car_name`);--> statement-breakpoint
CREATE INDEX `car_posts_fuel` ON `car_posts` (`fuel_key`);--> statement-breakpoint
CREATE INDEX `car_posts_transmission` ON `car_posts` (`transmission_key`);--> statement-breakpoint
DROP INDEX `support_tickets_assigned`;--> statement-breakpoint
CREATE INDEX `support_tickets_assigned` ON `support_tickets` (`assigned_to`,`created_at`,`id`);--> statement-breakpoint
-- The nightly clean-ups read what is due.
CREATE INDEX `profiles_avatar` ON `profiles` (`avatar_key`) WHERE `avatar_key` IS NOT NULL;
