CREATE TABLE "boards" (
	"board" text NOT NULL,
	"channel" text NOT NULL,
	"ref" jsonb NOT NULL,
	"sent_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "boards_board_channel_pk" PRIMARY KEY("board","channel")
);
--> statement-breakpoint
CREATE TABLE "cursors" (
	"reader" text PRIMARY KEY NOT NULL,
	"event_id" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "environments" (
	"id" serial PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"blueprint" text NOT NULL,
	"pool" text NOT NULL,
	"state" text NOT NULL,
	"params" jsonb NOT NULL,
	"secrets" jsonb NOT NULL,
	"created_by" integer,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"destroyed_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "events" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"kind" text NOT NULL,
	"environment_id" integer,
	"run_id" integer,
	"task_id" integer,
	"person_id" integer,
	"channel" text,
	"data" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "facts" (
	"id" serial PRIMARY KEY NOT NULL,
	"environment_id" integer NOT NULL,
	"run_id" integer NOT NULL,
	"node" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"facts" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "host_keys" (
	"pool" text NOT NULL,
	"machine" text NOT NULL,
	"key" text NOT NULL,
	"seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "host_keys_pool_machine_pk" PRIMARY KEY("pool","machine")
);
--> statement-breakpoint
CREATE TABLE "identities" (
	"identity" text PRIMARY KEY NOT NULL,
	"person_id" integer NOT NULL,
	"display" text NOT NULL,
	"seen_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "leases" (
	"environment_id" integer PRIMARY KEY NOT NULL,
	"person_id" integer NOT NULL,
	"reason" text,
	"since" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "nodes" (
	"id" serial PRIMARY KEY NOT NULL,
	"environment_id" integer NOT NULL,
	"pool" text NOT NULL,
	"machine" text NOT NULL,
	"name" text NOT NULL,
	"role" text NOT NULL,
	"index" integer NOT NULL,
	"address" text,
	"state" text DEFAULT 'new' NOT NULL,
	"released_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"adapter" text NOT NULL,
	"channel" text NOT NULL,
	"board" text,
	"message" jsonb NOT NULL,
	"state" text DEFAULT 'pending' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp with time zone DEFAULT now() NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"sent_at" timestamp with time zone,
	"error" text
);
--> statement-breakpoint
CREATE TABLE "output" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"run_id" integer NOT NULL,
	"task_id" integer NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"text" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "persons" (
	"id" serial PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"organisation" text,
	"site" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "received" (
	"adapter" text NOT NULL,
	"message_id" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "received_adapter_message_id_pk" PRIMARY KEY("adapter","message_id")
);
--> statement-breakpoint
CREATE TABLE "runs" (
	"id" serial PRIMARY KEY NOT NULL,
	"environment_id" integer NOT NULL,
	"kind" text NOT NULL,
	"state" text DEFAULT 'queued' NOT NULL,
	"command" text NOT NULL,
	"key" text DEFAULT substr(md5(random()::text || clock_timestamp()::text), 1, 12) NOT NULL,
	"detail" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"result" jsonb,
	"blueprint" json NOT NULL,
	"person_id" integer,
	"requester" text NOT NULL,
	"channel" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	"cancelled_by" text,
	"summary" text,
	"hold_owner" text,
	"hold_generation" integer DEFAULT 0 NOT NULL,
	"hold_expires_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "snapshots" (
	"id" serial PRIMARY KEY NOT NULL,
	"environment_id" integer NOT NULL,
	"name" text NOT NULL,
	"layer" text,
	"run_id" integer NOT NULL,
	"facts" jsonb NOT NULL,
	"nodes" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "snapshots_name" UNIQUE("environment_id","name")
);
--> statement-breakpoint
CREATE TABLE "tasks" (
	"id" serial PRIMARY KEY NOT NULL,
	"run_id" integer NOT NULL,
	"ordinal" integer NOT NULL,
	"step" text NOT NULL,
	"title" text NOT NULL,
	"node_id" integer,
	"action" jsonb NOT NULL,
	"needs" text[] NOT NULL,
	"heavy" boolean DEFAULT false NOT NULL,
	"state" text DEFAULT 'waiting' NOT NULL,
	"attempt" integer DEFAULT 0 NOT NULL,
	"exit_code" integer,
	"detail" text,
	"output_offset" bigint DEFAULT 0 NOT NULL,
	"started_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	CONSTRAINT "tasks_ordinal" UNIQUE("run_id","ordinal")
);
--> statement-breakpoint
ALTER TABLE "environments" ADD CONSTRAINT "environments_created_by_persons_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."persons"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identities" ADD CONSTRAINT "identities_person_id_persons_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."persons"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "leases" ADD CONSTRAINT "leases_environment_id_environments_id_fk" FOREIGN KEY ("environment_id") REFERENCES "public"."environments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "leases" ADD CONSTRAINT "leases_person_id_persons_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."persons"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "nodes" ADD CONSTRAINT "nodes_environment_id_environments_id_fk" FOREIGN KEY ("environment_id") REFERENCES "public"."environments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_environment_id_environments_id_fk" FOREIGN KEY ("environment_id") REFERENCES "public"."environments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_person_id_persons_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."persons"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_node_id_nodes_id_fk" FOREIGN KEY ("node_id") REFERENCES "public"."nodes"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "environments_live_name" ON "environments" USING btree ("name") WHERE "environments"."destroyed_at" is null;--> statement-breakpoint
CREATE INDEX "events_environment" ON "events" USING btree ("environment_id","id");--> statement-breakpoint
CREATE INDEX "events_run" ON "events" USING btree ("run_id","id");--> statement-breakpoint
CREATE INDEX "facts_environment" ON "facts" USING btree ("environment_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "nodes_held_machine" ON "nodes" USING btree ("pool","machine") WHERE "nodes"."released_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "nodes_live_name" ON "nodes" USING btree ("environment_id","name") WHERE "nodes"."released_at" is null;--> statement-breakpoint
CREATE INDEX "outbox_pending" ON "outbox" USING btree ("adapter","id") WHERE "outbox"."state" = 'pending';--> statement-breakpoint
CREATE INDEX "output_run" ON "output" USING btree ("run_id","id");--> statement-breakpoint
CREATE INDEX "output_task" ON "output" USING btree ("task_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "runs_one_active" ON "runs" USING btree ("environment_id") WHERE "runs"."state" in ('queued', 'running');--> statement-breakpoint
CREATE INDEX "runs_environment" ON "runs" USING btree ("environment_id","id");