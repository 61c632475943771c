/** For `npm run db:generate`, which fetches drizzle-kit for the occasion: it is not needed to run, build or test. */
export default {
  dialect: 'postgresql',
  schema: [
    './db/schema.ts',
    './db/schema/sessions.ts',
    './db/schema/leases.ts',
    './db/schema/day.ts',
    './db/schema/audit.ts',
    './db/schema/facts.ts',
    './db/schema/schedules.ts',
  ],
  out: './db/migrations',
};
