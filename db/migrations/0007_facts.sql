CREATE TABLE "fact_sets" (
	"digest" text PRIMARY KEY NOT NULL,
	"facts" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "schedules" (
	"environment_id" integer PRIMARY KEY NOT NULL,
	"every_seconds" integer NOT NULL,
	"person_id" integer,
	"set_by" text NOT NULL,
	"channel" text NOT NULL,
	"session_id" integer,
	"next_at" timestamp with time zone NOT NULL,
	"last_run_id" integer,
	"last_at" timestamp with time zone,
	"drifting" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
ALTER TABLE "facts" ADD COLUMN "address" text;--> statement-breakpoint
ALTER TABLE "facts" ADD COLUMN "topics" jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "schedules" ADD CONSTRAINT "schedules_environment_id_environments_id_fk" FOREIGN KEY ("environment_id") REFERENCES "public"."environments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "schedules" ADD CONSTRAINT "schedules_person_id_persons_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."persons"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "facts_run" ON "facts" USING btree ("run_id");