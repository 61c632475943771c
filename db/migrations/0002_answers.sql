ALTER TABLE "received" ADD COLUMN "channel" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "received" ADD COLUMN "reply_to" text;--> statement-breakpoint
ALTER TABLE "received" ADD COLUMN "about" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "received" ADD COLUMN "answered_at" timestamp with time zone;--> statement-breakpoint
UPDATE "received" SET "answered_at" = "at";--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "cause" text;--> statement-breakpoint
CREATE INDEX "received_unanswered" ON "received" USING btree ("adapter") WHERE "received"."answered_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "runs_cause" ON "runs" USING btree ("cause");