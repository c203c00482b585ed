ALTER TABLE `users` ADD `username_is_generated` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `social_profiles` ADD `listed_at` integer;--> statement-breakpoint
-- A name of the form user-<number> stands for an account from now on. Accounts that chose one get a name that nobody can have.
UPDATE `users` SET `username` = 'user_' || substr(`username_key`, 6) || '_' || lower(hex(randomblob(6)))
WHERE `username_key` GLOB 'user-[0-9]*' AND substr(`username_key`, 6) NOT GLOB '*[^0-9]*';
--> statement-breakpoint
UPDATE `users` SET `username_key` = `username`
WHERE `username_key` GLOB 'user-[0-9]*' AND substr(`username_key`, 6) NOT GLOB '*[^0-9]*';
--> statement-breakpoint
-- Nobody wrote down which names registration made. Digits alone are a phone, and so is a whole address an e-mail. A name made from an
-- e-mail is that address without what a username can't hold, with a number behind it when the name was taken: the account's own
-- address, or one that a letter went to, which finds addresses that were changed since.
WITH `addresses` (`address`) AS (
  SELECT `email` FROM `users` WHERE `email` IS NOT NULL UNION SELECT lower(`address`) FROM `outbox` WHERE `kind` = 'mail'
), `made` (`name`) AS (
  SELECT rtrim(substr(
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
      `address`, '@', ''), '.', ''), '-', ''), '+', ''), '!', ''), '#', ''), '$', ''), '%', ''), '&', ''), '''', ''),
      '*', ''), '/', ''), '=', ''), '?', ''), '^', ''), '`', ''), '{', ''), '|', ''), '}', ''), '~', ''), '"', ''), 1, 140), '0123456789')
  FROM `addresses`
)
UPDATE `users` SET `username_is_generated` = 1
WHERE (length(`username_key`) >= 7 AND `username_key` NOT GLOB '*[^0-9]*')
  OR `username_key` LIKE '%_@_%._%'
  OR rtrim(`username_key`, '0123456789') IN (SELECT `name` FROM `made` WHERE `name` <> '');
--> statement-breakpoint
-- Find Friend's list has whoever filled a profile, signed in there, or has a friend, a request or a chat.
INSERT INTO `social_profiles` (`user_id`, `listed_at`)
SELECT `id`, CAST(unixepoch('subsec') * 1000 AS INTEGER) FROM `users` WHERE `id` IN (SELECT `user_id` FROM `social_profiles`)
  OR `id` IN (SELECT `user_id` FROM `profiles` WHERE `birthday` IS NOT NULL)
  OR `id` IN (SELECT `user_id` FROM `user_interests`)
  OR `id` IN (SELECT `user_id` FROM `sessions` WHERE `door` = 'find-friend')
  OR `id` IN (SELECT `low_id` FROM `friendships`) OR `id` IN (SELECT `high_id` FROM `friendships`)
  OR `id` IN (SELECT `from_id` FROM `friend_requests`) OR `id` IN (SELECT `to_id` FROM `friend_requests`)
  OR `id` IN (SELECT `initiator_id` FROM `chats`) OR `id` IN (SELECT `receiver_id` FROM `chats`)
ON CONFLICT (`user_id`) DO UPDATE SET `listed_at` = excluded.`listed_at`;
