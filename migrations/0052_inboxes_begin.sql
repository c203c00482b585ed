-- An inbox begins when it is first entered: until then notices are rows only, and make no object. Those that were entered
-- within two days go on as they are. Any other one that has a journal begins anew when it is entered, in a new epoch, so that
-- its clients reload.
CREATE TABLE `inboxes` (
	`user_id` integer PRIMARY KEY NOT NULL,
	`never_waited` integer DEFAULT 0 NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
INSERT INTO `inboxes` (`user_id`, `never_waited`)
SELECT `id`, 1 FROM `users` WHERE `id` IN
	(SELECT CAST(substr(`name`, 7) AS INTEGER) FROM `rooms` WHERE `name` >= 'inbox:' AND `name` < 'inbox;');
