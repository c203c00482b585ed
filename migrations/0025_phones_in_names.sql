-- Digits with a plus, dots, hyphens or lines between them are a phone, too: others see `user-<id>` instead.
UPDATE `users` SET `username_is_generated` = 1
WHERE length(replace(replace(replace(replace(replace(`username_key`, '+', ''), '.', ''), '-', ''), '_', ''), '@', '')) >= 7
  AND `username_key` NOT GLOB '*[^-0-9+._@]*';
