CREATE TABLE `chat_messages` (
	`chat_id` integer NOT NULL,
	`epoch` text NOT NULL,
	`seq` integer NOT NULL,
	`at` integer NOT NULL,
	`sender_id` integer,
	`kind` text NOT NULL,
	`text` text NOT NULL,
	PRIMARY KEY(`chat_id`, `seq`, `epoch`),
	FOREIGN KEY (`chat_id`) REFERENCES `chats`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`sender_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE INDEX `chat_messages_sender` ON `chat_messages` (`sender_id`);--> statement-breakpoint
CREATE TABLE `chat_reads` (
	`chat_id` integer NOT NULL,
	`user_id` integer NOT NULL,
	`seq` integer NOT NULL,
	PRIMARY KEY(`chat_id`, `user_id`),
	FOREIGN KEY (`chat_id`) REFERENCES `chats`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `chat_reads_user` ON `chat_reads` (`user_id`);--> statement-breakpoint
CREATE TABLE `chats` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`initiator_id` integer,
	`receiver_id` integer,
	`low_id` integer NOT NULL,
	`high_id` integer NOT NULL,
	`started_at` integer NOT NULL,
	`last_seq` integer DEFAULT 0 NOT NULL,
	`active_at` integer NOT NULL,
	FOREIGN KEY (`initiator_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE set null,
	FOREIGN KEY (`receiver_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE UNIQUE INDEX `chats_pair` ON `chats` (`low_id`,`high_id`);--> statement-breakpoint
CREATE INDEX `chats_initiator` ON `chats` (`initiator_id`);--> statement-breakpoint
CREATE INDEX `chats_receiver` ON `chats` (`receiver_id`);--> statement-breakpoint
CREATE TABLE `client_vehicles` (
	`id` text PRIMARY KEY NOT NULL,
	`owner_id` integer NOT NULL,
	`nickname` text DEFAULT '' NOT NULL,
	`make` text NOT NULL,
	`model` text NOT NULL,
	`year` integer NOT NULL,
	`color` text DEFAULT '' NOT NULL,
	`license_plate` text NOT NULL,
	`notes` text DEFAULT '' NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`owner_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `client_vehicles_license_plate_unique` ON `client_vehicles` (`license_plate`);--> statement-breakpoint
CREATE INDEX `client_vehicles_owner` ON `client_vehicles` (`owner_id`);--> statement-breakpoint
CREATE TABLE `order_entries` (
	`order_id` text NOT NULL,
	`epoch` text NOT NULL,
	`seq` integer NOT NULL,
	`at` integer NOT NULL,
	`author_id` integer,
	`kind` text NOT NULL,
	`body` text NOT NULL,
	PRIMARY KEY(`order_id`, `epoch`, `seq`),
	FOREIGN KEY (`order_id`) REFERENCES `orders`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `order_offers` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`order_id` text NOT NULL,
	`truck_id` integer NOT NULL,
	`round` integer NOT NULL,
	`status` text DEFAULT 'OPEN' NOT NULL,
	`distance` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`answered_at` integer,
	FOREIGN KEY (`order_id`) REFERENCES `orders`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`truck_id`) REFERENCES `tow_trucks`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `order_offers_once` ON `order_offers` (`order_id`,`round`,`truck_id`);--> statement-breakpoint
CREATE INDEX `order_offers_truck` ON `order_offers` (`truck_id`,`status`);--> statement-breakpoint
CREATE TABLE `order_shares` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`order_id` text NOT NULL,
	`token_hash` text NOT NULL,
	`shows_name` integer DEFAULT false NOT NULL,
	`expires_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`order_id`) REFERENCES `orders`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `order_shares_token_hash_unique` ON `order_shares` (`token_hash`);--> statement-breakpoint
CREATE INDEX `order_shares_order` ON `order_shares` (`order_id`);--> statement-breakpoint
CREATE INDEX `order_shares_expiry` ON `order_shares` (`expires_at`);--> statement-breakpoint
CREATE TABLE `order_status_history` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`order_id` text NOT NULL,
	`old_status` text NOT NULL,
	`new_status` text NOT NULL,
	`comment` text DEFAULT '' NOT NULL,
	`changed_by` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`order_id`) REFERENCES `orders`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`changed_by`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE INDEX `order_status_history_order` ON `order_status_history` (`order_id`,`id`);--> statement-breakpoint
CREATE TABLE `orders` (
	`id` text PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`vehicle_type_id` integer NOT NULL,
	`tow_truck_id` integer,
	`vehicle_id` text,
	`pickup_address` text NOT NULL,
	`pickup_latitude` real NOT NULL,
	`pickup_longitude` real NOT NULL,
	`delivery_address` text NOT NULL,
	`delivery_latitude` real NOT NULL,
	`delivery_longitude` real NOT NULL,
	`description` text DEFAULT '' NOT NULL,
	`priority` text DEFAULT 'NORMAL' NOT NULL,
	`status` text DEFAULT 'PENDING' NOT NULL,
	`estimated_price` integer,
	`final_price` integer,
	`start_code` text NOT NULL,
	`scheduled_at` integer,
	`assigned_at` integer,
	`started_at` integer,
	`completed_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`client_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`vehicle_type_id`) REFERENCES `vehicle_types`(`id`) ON UPDATE no action ON DELETE restrict,
	FOREIGN KEY (`tow_truck_id`) REFERENCES `tow_trucks`(`id`) ON UPDATE no action ON DELETE set null,
	FOREIGN KEY (`vehicle_id`) REFERENCES `client_vehicles`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "orders_prices" CHECK("orders"."estimated_price" >= 0 AND "orders"."final_price" >= 0)
);
--> statement-breakpoint
CREATE INDEX `orders_client` ON `orders` (`client_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `orders_truck` ON `orders` (`tow_truck_id`,`status`);--> statement-breakpoint
CREATE INDEX `orders_status` ON `orders` (`status`,`created_at`);--> statement-breakpoint
CREATE INDEX `orders_created` ON `orders` (`created_at`);--> statement-breakpoint
CREATE INDEX `orders_vehicle` ON `orders` (`vehicle_id`);--> statement-breakpoint
CREATE INDEX `orders_type` ON `orders` (`vehicle_type_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `orders_active_truck` ON `orders` (`tow_truck_id`) WHERE "orders"."status" IN ('ASSIGNED', 'IN_PROGRESS') AND "orders"."tow_truck_id" IS NOT NULL;--> statement-breakpoint
CREATE TABLE `payments` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`order_id` text NOT NULL,
	`amount` integer NOT NULL,
	`payment_method` text NOT NULL,
	`status` text DEFAULT 'PENDING' NOT NULL,
	`transaction_id` text DEFAULT '' NOT NULL,
	`paid_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`order_id`) REFERENCES `orders`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "payments_amount" CHECK("payments"."amount" > 0)
);
--> statement-breakpoint
CREATE INDEX `payments_order` ON `payments` (`order_id`,`id`);--> statement-breakpoint
CREATE INDEX `payments_status` ON `payments` (`status`,`created_at`);--> statement-breakpoint
CREATE TABLE `ratings` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`order_id` text NOT NULL,
	`driver_id` integer,
	`driver_rating` integer NOT NULL,
	`service_rating` integer NOT NULL,
	`comment` text DEFAULT '' NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`order_id`) REFERENCES `orders`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`driver_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE UNIQUE INDEX `ratings_order_id_unique` ON `ratings` (`order_id`);--> statement-breakpoint
CREATE TABLE `reference_codes` (
	`kind` text NOT NULL,
	`code` text NOT NULL,
	`name` text NOT NULL,
	`description` text DEFAULT '' NOT NULL,
	`is_active` integer DEFAULT true NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`kind`, `code`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `reference_codes_name` ON `reference_codes` (`kind`,`name`);--> statement-breakpoint
CREATE TABLE `tow_truck_types` (
	`truck_id` integer NOT NULL,
	`vehicle_type_id` integer NOT NULL,
	PRIMARY KEY(`truck_id`, `vehicle_type_id`),
	FOREIGN KEY (`truck_id`) REFERENCES `tow_trucks`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`vehicle_type_id`) REFERENCES `vehicle_types`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `tow_truck_types_type` ON `tow_truck_types` (`vehicle_type_id`);--> statement-breakpoint
CREATE TABLE `tow_trucks` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`license_plate` text NOT NULL,
	`model` text NOT NULL,
	`capacity` real NOT NULL,
	`driver_id` integer,
	`status` text DEFAULT 'OFFLINE' NOT NULL,
	`latitude` real,
	`longitude` real,
	`cell` text,
	`located_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`driver_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE set null,
	CONSTRAINT "tow_trucks_latitude" CHECK("tow_trucks"."latitude" BETWEEN -90 AND 90),
	CONSTRAINT "tow_trucks_longitude" CHECK("tow_trucks"."longitude" BETWEEN -180 AND 180)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `tow_trucks_license_plate_unique` ON `tow_trucks` (`license_plate`);--> statement-breakpoint
CREATE INDEX `tow_trucks_driver` ON `tow_trucks` (`driver_id`);--> statement-breakpoint
CREATE INDEX `tow_trucks_status` ON `tow_trucks` (`status`,`located_at`);--> statement-breakpoint
CREATE INDEX `tow_trucks_cell` ON `tow_trucks` (`cell`);--> statement-breakpoint
CREATE TABLE `truck_points` (
	`truck_id` integer NOT NULL,
	`epoch` text NOT NULL,
	`seq` integer NOT NULL,
	`nth` integer NOT NULL,
	`at` integer NOT NULL,
	`latitude` real NOT NULL,
	`longitude` real NOT NULL,
	`speed` real,
	`heading` real,
	PRIMARY KEY(`truck_id`, `epoch`, `seq`, `nth`),
	FOREIGN KEY (`truck_id`) REFERENCES `tow_trucks`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `truck_points_track` ON `truck_points` (`truck_id`,`at`);--> statement-breakpoint
CREATE TABLE `vehicle_types` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`name` text NOT NULL,
	`description` text DEFAULT '' NOT NULL,
	`max_weight` real NOT NULL,
	`base_price` integer NOT NULL,
	`per_km_rate` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	CONSTRAINT "vehicle_types_prices" CHECK("vehicle_types"."base_price" >= 0 AND "vehicle_types"."per_km_rate" >= 0)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `vehicle_types_name_unique` ON `vehicle_types` (`name`);--> statement-breakpoint
CREATE TABLE `participation_requests` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`event_id` integer NOT NULL,
	`user_id` integer NOT NULL,
	`status` text DEFAULT 'Pending' NOT NULL,
	`is_waiting` integer DEFAULT false NOT NULL,
	`processed_by` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`event_id`) REFERENCES `events`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`processed_by`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE UNIQUE INDEX `participation_requests_once` ON `participation_requests` (`event_id`,`user_id`);--> statement-breakpoint
CREATE INDEX `participation_requests_user` ON `participation_requests` (`user_id`,`created_at`);--> statement-breakpoint
CREATE TABLE `notification_settings` (
	`user_id` integer PRIMARY KEY NOT NULL,
	`receives` integer DEFAULT true NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `notifications` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`user_id` integer NOT NULL,
	`type` text NOT NULL,
	`title` text DEFAULT '' NOT NULL,
	`message` text NOT NULL,
	`about` text,
	`ref` text NOT NULL,
	`is_read` integer DEFAULT false NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `notifications_ref` ON `notifications` (`user_id`,`ref`);--> statement-breakpoint
CREATE INDEX `notifications_user` ON `notifications` (`user_id`,`id`);--> statement-breakpoint
CREATE INDEX `notifications_unread` ON `notifications` (`user_id`,`is_read`);--> statement-breakpoint
CREATE TABLE `blocks` (
	`user_id` integer NOT NULL,
	`blocked_id` integer NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`user_id`, `blocked_id`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`blocked_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "blocks_other" CHECK("blocks"."user_id" <> "blocks"."blocked_id")
);
--> statement-breakpoint
CREATE INDEX `blocks_blocked` ON `blocks` (`blocked_id`);--> statement-breakpoint
CREATE TABLE `cities` (
	`id` integer PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`latitude` real NOT NULL,
	`longitude` real NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `cities_name_unique` ON `cities` (`name`);--> statement-breakpoint
CREATE TABLE `friend_requests` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`from_id` integer NOT NULL,
	`to_id` integer NOT NULL,
	`status` text DEFAULT 'Pending' NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`from_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`to_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "friend_requests_other" CHECK("friend_requests"."from_id" <> "friend_requests"."to_id")
);
--> statement-breakpoint
CREATE UNIQUE INDEX `friend_requests_pair` ON `friend_requests` (`from_id`,`to_id`);--> statement-breakpoint
CREATE INDEX `friend_requests_to` ON `friend_requests` (`to_id`);--> statement-breakpoint
CREATE TABLE `friendships` (
	`low_id` integer NOT NULL,
	`high_id` integer NOT NULL,
	`initiator_id` integer NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`low_id`, `high_id`),
	FOREIGN KEY (`low_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`high_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "friendships_order" CHECK("friendships"."low_id" < "friendships"."high_id")
);
--> statement-breakpoint
CREATE INDEX `friendships_high` ON `friendships` (`high_id`);--> statement-breakpoint
CREATE TABLE `interests` (
	`id` integer PRIMARY KEY NOT NULL,
	`name` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `interests_name_unique` ON `interests` (`name`);--> statement-breakpoint
CREATE TABLE `social_profiles` (
	`user_id` integer PRIMARY KEY NOT NULL,
	`sex` text DEFAULT '' NOT NULL,
	`city_id` integer,
	`profession` text DEFAULT '' NOT NULL,
	`purpose` text DEFAULT '' NOT NULL,
	`network_nick` text DEFAULT '' NOT NULL,
	`additionally` text DEFAULT '' NOT NULL,
	`is_geoip_allowed` integer DEFAULT false NOT NULL,
	`latitude` real,
	`longitude` real,
	`located_at` integer,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`city_id`) REFERENCES `cities`(`id`) ON UPDATE no action ON DELETE set null,
	CONSTRAINT "social_profiles_latitude" CHECK("social_profiles"."latitude" BETWEEN -90 AND 90),
	CONSTRAINT "social_profiles_longitude" CHECK("social_profiles"."longitude" BETWEEN -180 AND 180)
);
--> statement-breakpoint
CREATE INDEX `social_profiles_city` ON `social_profiles` (`city_id`);--> statement-breakpoint
CREATE TABLE `user_interests` (
	`user_id` integer NOT NULL,
	`interest_id` integer NOT NULL,
	PRIMARY KEY(`user_id`, `interest_id`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`interest_id`) REFERENCES `interests`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `user_interests_interest` ON `user_interests` (`interest_id`);--> statement-breakpoint
CREATE TABLE `support_messages` (
	`id` text PRIMARY KEY NOT NULL,
	`ticket_id` text NOT NULL,
	`author_id` integer NOT NULL,
	`body` text NOT NULL,
	`is_internal` integer DEFAULT false NOT NULL,
	`created_at` integer NOT NULL,
	`epoch` text,
	`seq` integer,
	FOREIGN KEY (`ticket_id`) REFERENCES `support_tickets`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`author_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `support_messages_ticket` ON `support_messages` (`ticket_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `support_messages_author` ON `support_messages` (`author_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `support_messages_entry` ON `support_messages` (`ticket_id`,`epoch`,`seq`);--> statement-breakpoint
CREATE TABLE `support_tickets` (
	`id` text PRIMARY KEY NOT NULL,
	`author_id` integer NOT NULL,
	`subject` text NOT NULL,
	`description` text NOT NULL,
	`status` text DEFAULT 'OPEN' NOT NULL,
	`priority` text DEFAULT 'NORMAL' NOT NULL,
	`related_order_id` text,
	`assigned_to` integer,
	`closed_at` integer,
	`last_message_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`author_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`related_order_id`) REFERENCES `orders`(`id`) ON UPDATE no action ON DELETE set null,
	FOREIGN KEY (`assigned_to`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE INDEX `support_tickets_author` ON `support_tickets` (`author_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `support_tickets_status` ON `support_tickets` (`status`,`last_message_at`);--> statement-breakpoint
CREATE INDEX `support_tickets_assigned` ON `support_tickets` (`assigned_to`);--> statement-breakpoint
CREATE INDEX `support_tickets_order` ON `support_tickets` (`related_order_id`);--> statement-breakpoint
CREATE TABLE `latest_locations` (
	`user_id` integer PRIMARY KEY NOT NULL,
	`report_id` integer NOT NULL,
	`at` integer NOT NULL,
	`received_at` integer NOT NULL,
	`latitude` real NOT NULL,
	`longitude` real NOT NULL,
	`accuracy` real,
	`speed` real,
	`heading` real,
	`cell` text NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `latest_locations_cell` ON `latest_locations` (`cell`);--> statement-breakpoint
CREATE TABLE `location_reports` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`user_id` integer NOT NULL,
	`at` integer NOT NULL,
	`received_at` integer NOT NULL,
	`latitude` real NOT NULL,
	`longitude` real NOT NULL,
	`accuracy` real,
	`speed` real,
	`heading` real,
	`cell` text NOT NULL,
	`flag` text,
	`epoch` text,
	`seq` integer,
	`nth` integer,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "location_reports_latitude" CHECK("location_reports"."latitude" BETWEEN -90 AND 90),
	CONSTRAINT "location_reports_longitude" CHECK("location_reports"."longitude" BETWEEN -180 AND 180)
);
--> statement-breakpoint
CREATE INDEX `location_reports_track` ON `location_reports` (`user_id`,`at`);--> statement-breakpoint
CREATE INDEX `location_reports_cell` ON `location_reports` (`cell`,`at`);--> statement-breakpoint
CREATE UNIQUE INDEX `location_reports_entry` ON `location_reports` (`user_id`,`epoch`,`seq`,`nth`);--> statement-breakpoint
CREATE TABLE `task_photos` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`task_id` integer NOT NULL,
	`file_id` integer NOT NULL,
	`uploaded_by` integer,
	`latitude` real,
	`longitude` real,
	`uploaded_at` integer NOT NULL,
	FOREIGN KEY (`task_id`) REFERENCES `tasks`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`file_id`) REFERENCES `files`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`uploaded_by`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE INDEX `task_photos_task` ON `task_photos` (`task_id`);--> statement-breakpoint
CREATE INDEX `task_photos_file` ON `task_photos` (`file_id`);--> statement-breakpoint
CREATE TABLE `task_states` (
	`task_id` integer NOT NULL,
	`user_id` integer NOT NULL,
	`status` text DEFAULT 'pending' NOT NULL,
	`arrived_at` integer,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`task_id`, `user_id`),
	FOREIGN KEY (`task_id`) REFERENCES `tasks`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `task_states_user` ON `task_states` (`user_id`,`status`);--> statement-breakpoint
CREATE TABLE `tasks` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`title` text NOT NULL,
	`description` text NOT NULL,
	`latitude` real,
	`longitude` real,
	`radius` integer,
	`status` text DEFAULT 'pending' NOT NULL,
	`assigned_to` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`assigned_to`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE INDEX `tasks_status` ON `tasks` (`status`);--> statement-breakpoint
CREATE INDEX `tasks_assigned` ON `tasks` (`assigned_to`);--> statement-breakpoint
CREATE TABLE `track_days` (
	`user_id` integer NOT NULL,
	`day` text NOT NULL,
	`key` text NOT NULL,
	`points` integer NOT NULL,
	`size` integer NOT NULL,
	`starts_at` integer NOT NULL,
	`ends_at` integer NOT NULL,
	PRIMARY KEY(`user_id`, `day`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `track_days_key_unique` ON `track_days` (`key`);--> statement-breakpoint
ALTER TABLE `events` ADD `description` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `events` ADD `event_type` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `events` ADD `city_id` integer REFERENCES cities(id) ON DELETE SET NULL;--> statement-breakpoint
ALTER TABLE `events` ADD `price` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `events` ADD `min_age` integer;--> statement-breakpoint
ALTER TABLE `events` ADD `max_age` integer;--> statement-breakpoint
ALTER TABLE `events` ADD `min_members` integer;--> statement-breakpoint
ALTER TABLE `events` ADD `max_members` integer;--> statement-breakpoint
ALTER TABLE `events` ADD `latitude` real;--> statement-breakpoint
ALTER TABLE `events` ADD `longitude` real;