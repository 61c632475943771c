import { DurationError, parseDuration } from '../../../engine/duration.ts';
import type { Told } from '../reads.ts';
import { LARGEST_COUNT } from '../value.ts';
import type { AuditAct } from './acts.ts';
import { act, takeKeys, wrong } from './told.ts';

const KEYS = ['env', 'person', 'since', 'tail'] as const;

/** What stands after `audit`: only `key=value` words. */
export function readAudit(words: string): Told<AuditAct> {
  const { text, given, twice } = takeKeys(words, KEYS);
  if (twice !== null) return wrong(`${twice}= is given twice`);
  if (text.trim() !== '') {
    const [first = ''] = text.trim().split(/\s+/);
    return wrong(
      `audit takes env=, person=, since= and tail= only, not "${first.slice(0, 40)}"`,
      `env=${first}`,
      '',
    );
  }
  const { env = null, person = null, since, tail } = given;
  if (tail !== undefined && !(/^\d{1,5}$/.test(tail) && Number(tail) >= 1 && Number(tail) <= LARGEST_COUNT)) {
    return wrong(`tail= must be a whole number from 1 to ${LARGEST_COUNT}`);
  }
  try {
    const sinceMs = since === undefined ? null : parseDuration(since);
    return act({ about: env, person, sinceMs, tail: tail === undefined ? null : Number(tail) });
  } catch (error) {
    if (error instanceof DurationError) return wrong(`since=: ${error.message}`);
    throw error;
  }
}
