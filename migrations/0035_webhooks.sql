-- Webhooks. Triggers of the tables of orders, events, tickets and trucks write what happened into `webhook_events`, in the
-- transaction of the change, whoever makes it. That view stores nothing: its trigger makes one delivery for each active
-- endpoint that asked for the type, so that without one no row is read or written.
CREATE TABLE `webhook_endpoints` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`url` text NOT NULL,
	`description` text DEFAULT '' NOT NULL,
	`types` text NOT NULL,
	`is_active` integer DEFAULT true NOT NULL,
	`position_seconds` integer NOT NULL,
	`owner_id` integer,
	`secret` text NOT NULL,
	`former_secret` text,
	`former_until` integer,
	`failing_since` integer,
	`warned_at` integer,
	`disabled_at` integer,
	`disabled_reason` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`owner_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE INDEX `webhook_endpoints_owner` ON `webhook_endpoints` (`owner_id`);--> statement-breakpoint
CREATE TABLE `webhook_subscriptions` (
	`type` text NOT NULL,
	`endpoint_id` integer NOT NULL,
	`pause` integer,
	PRIMARY KEY(`type`, `endpoint_id`),
	FOREIGN KEY (`endpoint_id`) REFERENCES `webhook_endpoints`(`id`) ON UPDATE no action ON DELETE cascade
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `webhook_subscriptions_endpoint` ON `webhook_subscriptions` (`endpoint_id`);--> statement-breakpoint
-- Without AUTOINCREMENT: every statement whose triggers might write here would read all of `sqlite_sequence`.
CREATE TABLE `webhook_deliveries` (
	`id` integer PRIMARY KEY NOT NULL,
	`endpoint_id` integer NOT NULL,
	`message_id` text NOT NULL,
	`type` text NOT NULL,
	`subject` text NOT NULL,
	`person_id` integer,
	`data` text NOT NULL,
	`state` text DEFAULT 'pending' NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`next_at` integer,
	`log` text DEFAULT '[]' NOT NULL,
	`created_at` integer NOT NULL,
	`finished_at` integer,
	`replayed_at` integer,
	FOREIGN KEY (`endpoint_id`) REFERENCES `webhook_endpoints`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `webhook_deliveries_endpoint` ON `webhook_deliveries` (`endpoint_id`,`id`);--> statement-breakpoint
CREATE INDEX `webhook_deliveries_due` ON `webhook_deliveries` (`endpoint_id`,`next_at`) WHERE `next_at` IS NOT NULL;--> statement-breakpoint
CREATE INDEX `webhook_deliveries_lane` ON `webhook_deliveries` (`endpoint_id`,`subject`,`id`) WHERE `state` = 'pending';--> statement-breakpoint
CREATE INDEX `webhook_deliveries_person` ON `webhook_deliveries` (`person_id`) WHERE `person_id` IS NOT NULL;--> statement-breakpoint
CREATE TRIGGER `webhook_endpoints_made` AFTER INSERT ON `webhook_endpoints` WHEN NEW.`is_active` BEGIN
	INSERT OR IGNORE INTO `webhook_subscriptions` (`type`, `endpoint_id`, `pause`)
	SELECT value, NEW.`id`, iif(value = 'truck.position', NEW.`position_seconds` * 1000, NULL) FROM json_each(NEW.`types`);
END;--> statement-breakpoint
CREATE TRIGGER `webhook_endpoints_changed` AFTER UPDATE OF `types`, `is_active`, `position_seconds` ON `webhook_endpoints` BEGIN
	DELETE FROM `webhook_subscriptions` WHERE `endpoint_id` = NEW.`id`;
	INSERT OR IGNORE INTO `webhook_subscriptions` (`type`, `endpoint_id`, `pause`)
	SELECT value, NEW.`id`, iif(value = 'truck.position', NEW.`position_seconds` * 1000, NULL) FROM json_each(NEW.`types`)
	WHERE NEW.`is_active`;
END;--> statement-breakpoint
-- What happened: `subject` names what deliveries wait for each other about; `person_id` whom it concerns. `at` and `since`, of
-- positions only, are the times of the new position and the one before: one in each `pause` is told, and none while one waits.
CREATE VIEW `webhook_events` AS
	SELECT '' AS `type`, '' AS `subject`, 0 AS `person_id`, '' AS `data`, 0 AS `at`, 0 AS `since` WHERE false;--> statement-breakpoint
CREATE TRIGGER `webhook_events_happened` INSTEAD OF INSERT ON `webhook_events` BEGIN
	INSERT INTO `webhook_deliveries` (`endpoint_id`, `message_id`, `type`, `subject`, `person_id`, `data`, `next_at`, `created_at`)
	SELECT e.`endpoint_id`, 'msg_' || lower(hex(randomblob(16))), NEW.`type`, NEW.`subject`, NEW.`person_id`, NEW.`data`,
		iif(e.waits, NULL, e.now), e.now
	FROM (SELECT s.`endpoint_id`, s.`pause`, CAST(round(unixepoch('subsec') * 1000) AS INTEGER) AS now,
			EXISTS (SELECT 1 FROM `webhook_deliveries` d
				WHERE d.`endpoint_id` = s.`endpoint_id` AND d.`subject` = NEW.`subject` AND d.`state` = 'pending') AS waits
		FROM `webhook_subscriptions` s WHERE s.`type` = NEW.`type`) e
	WHERE e.`pause` IS NULL OR (NOT e.waits AND NEW.`at` / e.`pause` IS NOT NEW.`since` / e.`pause`);
END;--> statement-breakpoint
-- Orders, their offers and payments: one subject, so that an order's events come in their order.
CREATE TRIGGER `webhooks_order_created` AFTER INSERT ON `orders`
WHEN EXISTS (SELECT 1 FROM `webhook_subscriptions` WHERE `type` = 'order.created')
BEGIN
	INSERT INTO `webhook_events` (`type`, `subject`, `person_id`, `data`) VALUES ('order.created', 'order:' || NEW.`id`, NEW.`client_id`,
		json_object('id', NEW.`id`, 'status', NEW.`status`, 'client', NEW.`client_id`, 'tow_truck', NEW.`tow_truck_id`,
			'vehicle_type', NEW.`vehicle_type_id`, 'priority', NEW.`priority`,
			'estimated_price', iif(NEW.`estimated_price` IS NULL, NULL, printf('%d.%02d', NEW.`estimated_price` / 100, NEW.`estimated_price` % 100)),
			'final_price', iif(NEW.`final_price` IS NULL, NULL, printf('%d.%02d', NEW.`final_price` / 100, NEW.`final_price` % 100)),
			'scheduled_time', strftime('%Y-%m-%dT%H:%M:%fZ', NEW.`scheduled_at` / 1000.0, 'unixepoch')));
END;--> statement-breakpoint
CREATE TRIGGER `webhooks_order_updated` AFTER UPDATE OF `status`, `tow_truck_id`, `vehicle_type_id`, `priority`, `estimated_price`, `final_price`,
	`scheduled_at`, `pickup_latitude`, `pickup_longitude`, `pickup_address`, `delivery_latitude`, `delivery_longitude`, `delivery_address`, `description`
	ON `orders`
WHEN EXISTS (SELECT 1 FROM `webhook_subscriptions` WHERE `type` = 'order.updated') AND ((NEW.`status`, NEW.`vehicle_type_id`, NEW.`priority`, NEW.`pickup_latitude`, NEW.`pickup_longitude`, NEW.`pickup_address`,
		NEW.`delivery_latitude`, NEW.`delivery_longitude`, NEW.`delivery_address`, NEW.`description`)
	<> (OLD.`status`, OLD.`vehicle_type_id`, OLD.`priority`, OLD.`pickup_latitude`, OLD.`pickup_longitude`, OLD.`pickup_address`,
		OLD.`delivery_latitude`, OLD.`delivery_longitude`, OLD.`delivery_address`, OLD.`description`)
	OR NEW.`tow_truck_id` IS NOT OLD.`tow_truck_id` OR NEW.`estimated_price` IS NOT OLD.`estimated_price`
	OR NEW.`final_price` IS NOT OLD.`final_price` OR NEW.`scheduled_at` IS NOT OLD.`scheduled_at`)
BEGIN
	INSERT INTO `webhook_events` (`type`, `subject`, `person_id`, `data`) VALUES ('order.updated', 'order:' || NEW.`id`, NEW.`client_id`,
		json_object('id', NEW.`id`, 'status', NEW.`status`, 'previous_status', OLD.`status`, 'client', NEW.`client_id`,
			'tow_truck', NEW.`tow_truck_id`, 'vehicle_type', NEW.`vehicle_type_id`, 'priority', NEW.`priority`,
			'estimated_price', iif(NEW.`estimated_price` IS NULL, NULL, printf('%d.%02d', NEW.`estimated_price` / 100, NEW.`estimated_price` % 100)),
			'final_price', iif(NEW.`final_price` IS NULL, NULL, printf('%d.%02d', NEW.`final_price` / 100, NEW.`final_price` % 100)),
			'scheduled_time', strftime('%Y-%m-%dT%H:%M:%fZ', NEW.`scheduled_at` / 1000.0, 'unixepoch')));
END;--> statement-breakpoint
CREATE TRIGGER `webhooks_order_deleted` AFTER DELETE ON `orders`
WHEN EXISTS (SELECT 1 FROM `webhook_subscriptions` WHERE `type` = 'order.deleted')
BEGIN
	INSERT INTO `webhook_events` (`type`, `subject`, `person_id`, `data`)
	VALUES ('order.deleted', 'order:' || OLD.`id`, OLD.`client_id`, json_object('id', OLD.`id`));
END;--> statement-breakpoint
CREATE TRIGGER `webhooks_offer_created` AFTER INSERT ON `order_offers`
WHEN EXISTS (SELECT 1 FROM `webhook_subscriptions` WHERE `type` = 'offer.created')
BEGIN
	INSERT INTO `webhook_events` (`type`, `subject`, `person_id`, `data`) VALUES ('offer.created', 'order:' || NEW.`order_id`, NULL,
		json_object('id', NEW.`id`, 'order', NEW.`order_id`, 'tow_truck', NEW.`truck_id`, 'round', NEW.`round`, 'status', NEW.`status`,
			'distance', NEW.`distance`, 'expires_at', strftime('%Y-%m-%dT%H:%M:%fZ', NEW.`expires_at` / 1000.0, 'unixepoch')));
END;--> statement-breakpoint
CREATE TRIGGER `webhooks_offer_updated` AFTER UPDATE OF `status` ON `order_offers` WHEN EXISTS (SELECT 1 FROM `webhook_subscriptions` WHERE `type` = 'offer.updated') AND (NEW.`status` <> OLD.`status`)
BEGIN
	INSERT INTO `webhook_events` (`type`, `subject`, `person_id`, `data`) VALUES ('offer.updated', 'order:' || NEW.`order_id`, NULL,
		json_object('id', NEW.`id`, 'order', NEW.`order_id`, 'tow_truck', NEW.`truck_id`, 'round', NEW.`round`, 'status', NEW.`status`,
			'distance', NEW.`distance`, 'expires_at', strftime('%Y-%m-%dT%H:%M:%fZ', NEW.`expires_at` / 1000.0, 'unixepoch')));
END;--> statement-breakpoint
CREATE TRIGGER `webhooks_payment_created` AFTER INSERT ON `payments`
WHEN EXISTS (SELECT 1 FROM `webhook_subscriptions` WHERE `type` = 'payment.created')
BEGIN
	INSERT INTO `webhook_events` (`type`, `subject`, `person_id`, `data`) VALUES ('payment.created', 'order:' || NEW.`order_id`, NULL,
		json_object('id', NEW.`id`, 'order', NEW.`order_id`, 'status', NEW.`status`, 'payment_method', NEW.`payment_method`,
			'amount', printf('%d.%02d', NEW.`amount` / 100, NEW.`amount` % 100)));
END;--> statement-breakpoint
CREATE TRIGGER `webhooks_payment_updated` AFTER UPDATE OF `status`, `amount` ON `payments`
WHEN EXISTS (SELECT 1 FROM `webhook_subscriptions` WHERE `type` = 'payment.updated') AND (NEW.`status` <> OLD.`status` OR NEW.`amount` <> OLD.`amount`)
BEGIN
	INSERT INTO `webhook_events` (`type`, `subject`, `person_id`, `data`) VALUES ('payment.updated', 'order:' || NEW.`order_id`, NULL,
		json_object('id', NEW.`id`, 'order', NEW.`order_id`, 'status', NEW.`status`, 'previous_status', OLD.`status`,
			'payment_method', NEW.`payment_method`, 'amount', printf('%d.%02d', NEW.`amount` / 100, NEW.`amount` % 100)));
END;--> statement-breakpoint
-- Events and who takes part.
CREATE TRIGGER `webhooks_event_created` AFTER INSERT ON `events`
WHEN EXISTS (SELECT 1 FROM `webhook_subscriptions` WHERE `type` = 'event.created')
BEGIN
	INSERT INTO `webhook_events` (`type`, `subject`, `person_id`, `data`) VALUES ('event.created', 'event:' || NEW.`uuid`, NEW.`creator_id`,
		json_object('id', NEW.`id`, 'uuid', NEW.`uuid`, 'name', NEW.`name`, 'creator', NEW.`creator_id`, 'audience', NEW.`audience`,
			'city', NEW.`city_id`, 'max_members', NEW.`max_members`,
			'starts_at', strftime('%Y-%m-%dT%H:%M:%fZ', NEW.`starts_at` / 1000.0, 'unixepoch'),
			'ends_at', strftime('%Y-%m-%dT%H:%M:%fZ', NEW.`ends_at` / 1000.0, 'unixepoch')));
END;--> statement-breakpoint
CREATE TRIGGER `webhooks_event_updated` AFTER UPDATE OF `name`, `description`, `event_type`, `starts_at`, `ends_at`, `location`, `latitude`, `longitude`,
	`audience`, `city_id`, `price`, `min_age`, `max_age`, `min_members`, `max_members`, `creator_id` ON `events`
WHEN EXISTS (SELECT 1 FROM `webhook_subscriptions` WHERE `type` = 'event.updated') AND (NEW.`name` <> OLD.`name` OR NEW.`description` <> OLD.`description` OR NEW.`event_type` <> OLD.`event_type`
	OR NEW.`starts_at` <> OLD.`starts_at` OR NEW.`ends_at` IS NOT OLD.`ends_at` OR NEW.`location` <> OLD.`location`
	OR NEW.`latitude` IS NOT OLD.`latitude` OR NEW.`longitude` IS NOT OLD.`longitude` OR NEW.`audience` <> OLD.`audience`
	OR NEW.`city_id` IS NOT OLD.`city_id` OR NEW.`price` <> OLD.`price` OR NEW.`min_age` IS NOT OLD.`min_age`
	OR NEW.`max_age` IS NOT OLD.`max_age` OR NEW.`min_members` IS NOT OLD.`min_members`
	OR NEW.`max_members` IS NOT OLD.`max_members` OR NEW.`creator_id` IS NOT OLD.`creator_id`)
BEGIN
	INSERT INTO `webhook_events` (`type`, `subject`, `person_id`, `data`) VALUES ('event.updated', 'event:' || NEW.`uuid`, NEW.`creator_id`,
		json_object('id', NEW.`id`, 'uuid', NEW.`uuid`, 'name', NEW.`name`, 'creator', NEW.`creator_id`, 'audience', NEW.`audience`,
			'city', NEW.`city_id`, 'max_members', NEW.`max_members`,
			'starts_at', strftime('%Y-%m-%dT%H:%M:%fZ', NEW.`starts_at` / 1000.0, 'unixepoch'),
			'ends_at', strftime('%Y-%m-%dT%H:%M:%fZ', NEW.`ends_at` / 1000.0, 'unixepoch')));
END;--> statement-breakpoint
CREATE TRIGGER `webhooks_event_deleted` AFTER DELETE ON `events`
WHEN EXISTS (SELECT 1 FROM `webhook_subscriptions` WHERE `type` = 'event.deleted')
BEGIN
	INSERT INTO `webhook_events` (`type`, `subject`, `person_id`, `data`)
	VALUES ('event.deleted', 'event:' || OLD.`uuid`, OLD.`creator_id`, json_object('id', OLD.`id`, 'uuid', OLD.`uuid`));
END;--> statement-breakpoint
CREATE TRIGGER `webhooks_member_added` AFTER INSERT ON `event_members`
WHEN EXISTS (SELECT 1 FROM `webhook_subscriptions` WHERE `type` = 'event.member_added')
BEGIN
	INSERT INTO `webhook_events` (`type`, `subject`, `person_id`, `data`)
	SELECT 'event.member_added', 'event:' || `uuid`, NEW.`user_id`,
		json_object('event', `id`, 'uuid', `uuid`, 'user', NEW.`user_id`, 'is_organizer', json(iif(NEW.`is_organizer`, 'true', 'false')))
	FROM `events` WHERE `id` = NEW.`event_id`;
END;--> statement-breakpoint
-- Members of a deleted event are not told one by one: the event is gone by then.
CREATE TRIGGER `webhooks_member_removed` AFTER DELETE ON `event_members`
WHEN EXISTS (SELECT 1 FROM `webhook_subscriptions` WHERE `type` = 'event.member_removed')
BEGIN
	INSERT INTO `webhook_events` (`type`, `subject`, `person_id`, `data`)
	SELECT 'event.member_removed', 'event:' || `uuid`, OLD.`user_id`, json_object('event', `id`, 'uuid', `uuid`, 'user', OLD.`user_id`)
	FROM `events` WHERE `id` = OLD.`event_id`;
END;--> statement-breakpoint
-- Tickets: the words of a message are read through the API.
CREATE TRIGGER `webhooks_ticket_created` AFTER INSERT ON `support_tickets`
WHEN EXISTS (SELECT 1 FROM `webhook_subscriptions` WHERE `type` = 'ticket.created')
BEGIN
	INSERT INTO `webhook_events` (`type`, `subject`, `person_id`, `data`) VALUES ('ticket.created', 'ticket:' || NEW.`id`, NEW.`author_id`,
		json_object('id', NEW.`id`, 'author', NEW.`author_id`, 'status', NEW.`status`, 'priority', NEW.`priority`,
			'assigned_to', NEW.`assigned_to`, 'related_order', NEW.`related_order_id`));
END;--> statement-breakpoint
CREATE TRIGGER `webhooks_ticket_updated` AFTER UPDATE OF `status`, `priority`, `assigned_to`, `related_order_id` ON `support_tickets`
WHEN EXISTS (SELECT 1 FROM `webhook_subscriptions` WHERE `type` = 'ticket.updated') AND (NEW.`status` <> OLD.`status` OR NEW.`priority` <> OLD.`priority` OR NEW.`assigned_to` IS NOT OLD.`assigned_to`
	OR NEW.`related_order_id` IS NOT OLD.`related_order_id`)
BEGIN
	INSERT INTO `webhook_events` (`type`, `subject`, `person_id`, `data`) VALUES ('ticket.updated', 'ticket:' || NEW.`id`, NEW.`author_id`,
		json_object('id', NEW.`id`, 'author', NEW.`author_id`, 'status', NEW.`status`, 'previous_status', OLD.`status`,
			'priority', NEW.`priority`, 'assigned_to', NEW.`assigned_to`, 'related_order', NEW.`related_order_id`));
END;--> statement-breakpoint
CREATE TRIGGER `webhooks_ticket_message` AFTER INSERT ON `support_messages`
WHEN EXISTS (SELECT 1 FROM `webhook_subscriptions` WHERE `type` = 'ticket.message_added')
BEGIN
	INSERT INTO `webhook_events` (`type`, `subject`, `person_id`, `data`)
	VALUES ('ticket.message_added', 'ticket:' || NEW.`ticket_id`, NEW.`author_id`,
		json_object('id', NEW.`id`, 'ticket', NEW.`ticket_id`, 'author', NEW.`author_id`,
			'is_internal', json(iif(NEW.`is_internal`, 'true', 'false'))));
END;--> statement-breakpoint
-- Trucks' positions have a subject of their own: they wait for nothing else.
CREATE TRIGGER `webhooks_truck_position` AFTER UPDATE OF `located_at` ON `tow_trucks`
WHEN EXISTS (SELECT 1 FROM `webhook_subscriptions` WHERE `type` = 'truck.position') AND (NEW.`located_at` IS NOT OLD.`located_at` AND NEW.`latitude` IS NOT NULL)
BEGIN
	INSERT INTO `webhook_events` (`type`, `subject`, `person_id`, `data`, `at`, `since`)
	VALUES ('truck.position', 'position:' || NEW.`id`, NEW.`driver_id`,
		json_object('tow_truck', NEW.`id`, 'latitude', NEW.`latitude`, 'longitude', NEW.`longitude`,
			'located_at', strftime('%Y-%m-%dT%H:%M:%fZ', NEW.`located_at` / 1000.0, 'unixepoch')),
		NEW.`located_at`, OLD.`located_at`);
END;
