CREATE TABLE "duties" (
	"name" text PRIMARY KEY NOT NULL,
	"owner" text NOT NULL,
	"generation" integer NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "slot_waits" (
	"run_id" integer PRIMARY KEY NOT NULL,
	"pool" text NOT NULL,
	"slots" integer NOT NULL,
	"since" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
DROP INDEX "runs_one_active";--> statement-breakpoint
ALTER TABLE "nodes" ADD COLUMN "mark" text;--> statement-breakpoint
ALTER TABLE "outbox" ADD COLUMN "reply_to" text;--> statement-breakpoint
ALTER TABLE "outbox" ADD COLUMN "urgency" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "output" ADD COLUMN "raw" "bytea";--> statement-breakpoint
ALTER TABLE "output" ADD COLUMN "ends" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "tasks" ADD COLUMN "slots" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "tasks" ADD COLUMN "on_failure" text DEFAULT 'skip' NOT NULL;--> statement-breakpoint
ALTER TABLE "tasks" ADD COLUMN "not_before" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "slot_waits" ADD CONSTRAINT "slot_waits_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "runs_one_active" ON "runs" USING btree ("environment_id") WHERE "runs"."state" in ('queued', 'running', 'waiting');--> statement-breakpoint
UPDATE "tasks" SET "slots" = 1 WHERE "heavy";--> statement-breakpoint
ALTER TABLE "tasks" DROP COLUMN "heavy";