ALTER TABLE "nodes" ADD COLUMN "layer" text;--> statement-breakpoint
ALTER TABLE "nodes" ADD COLUMN "layer_run_id" integer;--> statement-breakpoint
ALTER TABLE "run_steps" ADD COLUMN "needs_here" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "run_steps" ADD COLUMN "after" text[] DEFAULT '{}' NOT NULL;