CREATE INDEX `chats_high` ON `chats` (`high_id`);--> statement-breakpoint
CREATE INDEX `order_status_history_changer` ON `order_status_history` (`changed_by`);--> statement-breakpoint
CREATE INDEX `orders_assigned` ON `orders` (`assigned_at`);--> statement-breakpoint
CREATE INDEX `orders_completed` ON `orders` (`completed_at`);--> statement-breakpoint
CREATE INDEX `payments_paid` ON `payments` (`status`,`paid_at`);--> statement-breakpoint
CREATE INDEX `ratings_driver` ON `ratings` (`driver_id`);--> statement-breakpoint
CREATE INDEX `event_reminders_user` ON `event_reminders` (`user_id`);--> statement-breakpoint
CREATE INDEX `events_city` ON `events` (`city_id`,`starts_at`);--> statement-breakpoint
CREATE INDEX `events_belt` ON `events` (`latitude`);--> statement-breakpoint
CREATE INDEX `participation_requests_processor` ON `participation_requests` (`processed_by`);--> statement-breakpoint
CREATE INDEX `participation_requests_waiting` ON `participation_requests` (`event_id`) WHERE "participation_requests"."is_waiting";--> statement-breakpoint
CREATE INDEX `users_operators` ON `users` (`last_login_at`) WHERE "users"."user_type" = 'OPERATOR';--> statement-breakpoint
CREATE INDEX `notifications_about` ON `notifications` (`about`);--> statement-breakpoint
CREATE INDEX `support_tickets_created` ON `support_tickets` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `location_reports_time` ON `location_reports` (`at`);--> statement-breakpoint
CREATE INDEX `task_photos_uploader` ON `task_photos` (`uploaded_by`);