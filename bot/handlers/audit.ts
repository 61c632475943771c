import { latestAudit } from '../../db/audit.ts';
import { Refusal } from '../../engine/refusal.ts';
import { auditList } from '../replies/audit.ts';
import type { Handler } from './handler.ts';

const DEFAULT_TAIL = 20;
const MOST_TAIL = 200;

/** Who did what; for operators. */
export const audit: Handler<'audit'> = async ({ database }, { command }) => {
  const { about, person, sinceMs, tail } = command.act;
  const wanted = Math.min(tail ?? DEFAULT_TAIL, MOST_TAIL);
  const filter = {
    ...(about === null ? {} : { environment: about }),
    ...(person === null ? {} : { person }),
    ...(sinceMs === null ? {} : { since: new Date(Date.now() - sinceMs) }),
  };
  const rows = await latestAudit(database.db, filter, wanted);
  if (rows.length === 0)
    throw new Refusal('nothing like that was done', 'audit alone shows the last commands');
  return auditList(rows);
};
