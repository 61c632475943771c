ALTER TABLE "leases" ADD COLUMN "is_worked_on" boolean DEFAULT false NOT NULL;--> statement-breakpoint
DROP INDEX "audit_environment";--> statement-breakpoint
CREATE INDEX "audit_environments" ON "audit" USING gin (string_to_array("environment", ', '));--> statement-breakpoint
CREATE INDEX "received_identity" ON "received" USING btree ("identity","at") WHERE "received"."identity" is not null;