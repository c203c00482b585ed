-- What a deleted account said in chats goes with it, before its name is taken off.
CREATE TRIGGER IF NOT EXISTS `users_chat_words` BEFORE DELETE ON `users` BEGIN
	UPDATE `chat_messages` SET `kind` = 'erased', `text` = '' WHERE `sender_id` = OLD.`id`;
END;
