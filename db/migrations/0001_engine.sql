CREATE TABLE "contents" (
	"sha256" text PRIMARY KEY NOT NULL,
	"data" "bytea" NOT NULL,
	"kept_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "duties" (
	"name" text PRIMARY KEY NOT NULL,
	"owner" text NOT NULL,
	"generation" integer NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "run_steps" (
	"run_id" integer NOT NULL,
	"step" text NOT NULL,
	"title" text NOT NULL,
	"action" jsonb NOT NULL,
	"needs" text[] NOT NULL,
	"slots" integer DEFAULT 0 NOT NULL,
	"on_failure" text DEFAULT 'skip' NOT NULL,
	CONSTRAINT "run_steps_run_id_step_pk" PRIMARY KEY("run_id","step")
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
ALTER TABLE "tasks" ADD COLUMN "attempts_before" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "tasks" ADD COLUMN "not_before" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "run_steps" ADD CONSTRAINT "run_steps_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "slot_waits" ADD CONSTRAINT "slot_waits_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "runs_one_active" ON "runs" USING btree ("environment_id") WHERE "runs"."state" in ('queued', 'running', 'waiting');--> statement-breakpoint
INSERT INTO "run_steps" ("run_id", "step", "title", "action", "needs", "slots")
	SELECT DISTINCT ON ("run_id", "step") "run_id", "step", "title", "action", "needs", "heavy"::int FROM "tasks" ORDER BY "run_id", "step", "ordinal";--> statement-breakpoint
ALTER TABLE "tasks" DROP COLUMN "title";--> statement-breakpoint
ALTER TABLE "tasks" DROP COLUMN "action";--> statement-breakpoint
ALTER TABLE "tasks" DROP COLUMN "needs";--> statement-breakpoint
ALTER TABLE "tasks" DROP COLUMN "heavy";