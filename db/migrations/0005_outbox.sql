CREATE TABLE "lost_channels" (
	"channel" text PRIMARY KEY NOT NULL,
	"adapter" text NOT NULL,
	"since" timestamp with time zone DEFAULT now() NOT NULL,
	"reason" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "boards" ADD COLUMN "final" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "outbox" ADD COLUMN "key" text DEFAULT substr(md5(random()::text || clock_timestamp()::text), 1, 16) NOT NULL;--> statement-breakpoint
ALTER TABLE "outbox" ADD COLUMN "edition" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
CREATE INDEX "boards_open" ON "boards" USING btree ("channel") WHERE not "boards"."final";--> statement-breakpoint
CREATE INDEX "outbox_board" ON "outbox" USING btree ("board","channel") WHERE "outbox"."board" is not null;--> statement-breakpoint
CREATE INDEX "outbox_created" ON "outbox" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "received_at" ON "received" USING btree ("at");