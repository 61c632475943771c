ALTER TABLE "snapshots" ADD COLUMN "params" jsonb;--> statement-breakpoint
ALTER TABLE "snapshots" ADD COLUMN "secrets" jsonb;