-- The limit on letters to an address is counted in the index alone: without the kind in it, each counted letter was read from
-- its table, with its whole payload.
DROP INDEX `outbox_letters`;
--> statement-breakpoint
CREATE INDEX `outbox_letters` ON `outbox` (`address`, `created_at`, `kind`) WHERE "outbox"."kind" in ('mail', 'sms');
