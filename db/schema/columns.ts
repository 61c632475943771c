import { timestamp } from 'drizzle-orm/pg-core';

/** A moment, with its zone; a Date here. */
export const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

/** When the row was made. */
export const now = (name: string) => at(name).notNull().defaultNow();
