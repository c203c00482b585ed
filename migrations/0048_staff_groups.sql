CREATE TABLE `staff_groups` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`name` text NOT NULL,
	`rights` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `staff_groups_name_unique` ON `staff_groups` (`name`);
--> statement-breakpoint
CREATE TABLE `staff_group_members` (
	`group_id` integer NOT NULL,
	`user_id` integer NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`group_id`, `user_id`),
	FOREIGN KEY (`group_id`) REFERENCES `staff_groups`(`id`) ON UPDATE no action ON DELETE restrict,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `staff_group_members_user` ON `staff_group_members` (`user_id`);
--> statement-breakpoint
ALTER TABLE `users` ADD `group_rights` text;
--> statement-breakpoint
CREATE TRIGGER staff_group_members_joined AFTER INSERT ON staff_group_members BEGIN
	UPDATE users SET group_rights = (SELECT json_group_array(DISTINCT each.value) FROM staff_group_members m
		JOIN staff_groups g ON g.id = m.group_id, json_each(g.rights) each WHERE m.user_id = NEW.user_id)
	WHERE id = NEW.user_id;
END;
--> statement-breakpoint
CREATE TRIGGER staff_group_members_left AFTER DELETE ON staff_group_members BEGIN
	UPDATE users SET group_rights = CASE WHEN EXISTS (SELECT 1 FROM staff_group_members WHERE user_id = OLD.user_id)
		THEN (SELECT json_group_array(DISTINCT each.value) FROM staff_group_members m
			JOIN staff_groups g ON g.id = m.group_id, json_each(g.rights) each WHERE m.user_id = OLD.user_id) END
	WHERE id = OLD.user_id;
END;
--> statement-breakpoint
CREATE TRIGGER staff_groups_changed AFTER UPDATE OF rights ON staff_groups BEGIN
	UPDATE users SET group_rights = (SELECT json_group_array(DISTINCT each.value) FROM staff_group_members m
		JOIN staff_groups g ON g.id = m.group_id, json_each(g.rights) each WHERE m.user_id = users.id)
	WHERE id IN (SELECT user_id FROM staff_group_members WHERE group_id = NEW.id);
END;
--> statement-breakpoint
-- Two administrators who put each other into a group at once must not leave none.
CREATE TRIGGER staff_group_members_last AFTER INSERT ON staff_group_members
WHEN NOT EXISTS (SELECT 1 FROM users WHERE is_staff = 1 AND is_active = 1 AND id NOT IN (SELECT user_id FROM staff_group_members)) BEGIN
	SELECT RAISE(ABORT, 'last_administrator');
END;
