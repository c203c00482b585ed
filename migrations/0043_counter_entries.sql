-- A payment that takes back a refund names the refunded payment.
ALTER TABLE `payments` ADD `reverses` integer REFERENCES `payments`(`id`) ON DELETE SET NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `payments_reverses` ON `payments` (`reverses`) WHERE `reverses` IS NOT NULL;
