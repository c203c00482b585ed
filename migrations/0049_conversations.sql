-- Files of messages, what operators have read, and saved replies.
CREATE TABLE `support_attachments` (
	`file_id` integer PRIMARY KEY NOT NULL,
	`message_id` text NOT NULL,
	FOREIGN KEY (`file_id`) REFERENCES `files`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`message_id`) REFERENCES `support_messages`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `support_attachments_message` ON `support_attachments` (`message_id`);--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS `support_attachments_file` AFTER DELETE ON `support_attachments` BEGIN
	DELETE FROM `files` WHERE `id` = OLD.`file_id`;
END;
--> statement-breakpoint
CREATE TABLE `support_reads` (
	`user_id` integer NOT NULL,
	`ticket_id` text NOT NULL,
	`read_at` integer NOT NULL,
	PRIMARY KEY(`user_id`, `ticket_id`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`ticket_id`) REFERENCES `support_tickets`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `support_reads_ticket` ON `support_reads` (`ticket_id`);--> statement-breakpoint
CREATE INDEX `support_tickets_working` ON `support_tickets` (`assigned_to`,`last_message_at`,`id`) WHERE "support_tickets"."status" IN ('OPEN', 'IN_PROGRESS');--> statement-breakpoint
CREATE TABLE `saved_replies` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`title` text NOT NULL,
	`text` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `saved_replies_title_unique` ON `saved_replies` (`title`);
