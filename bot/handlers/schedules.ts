import { appendEvent } from '../../db/events.ts';
import { dropSchedule, putSchedule, scheduleOf } from '../../db/schedules.ts';
import { formatDuration } from '../../engine/duration.ts';
import { noEnvironment, poolTakenOut, Refusal } from '../../engine/refusal.ts';
import { ROLES } from '../../sessions/roles.ts';
import { noSchedule, scheduleOff, scheduleSet, scheduleShown } from '../replies/schedules.ts';
import type { Handler } from './handler.ts';

const SOONEST_SECONDS = 60;
const LATEST_SECONDS = 30 * 24 * 3600;

/** Shows, sets or ends the schedule by which an environment is looked at by itself. */
export const schedule: Handler<'schedule'> = async ({ database, providers, links }, request) => {
  const { command, environment, sender, by, channel, session } = request;
  if (!environment) throw noEnvironment(command.environment);
  const { id, name, pool } = environment;
  const isTakenOut = !providers.has(pool);
  if (command.set === null) {
    const found = await scheduleOf(database.db, id);
    return found
      ? scheduleShown(name, found, { links, without: isTakenOut ? pool : null })
      : noSchedule(name);
  }
  if (ROLES.indexOf(sender.role) < ROLES.indexOf('participant')) {
    throw new Refusal(
      `setting a schedule is for participants, and you are ${sender.role}`,
      'whoami tells more',
    );
  }
  const about = {
    environmentId: id,
    personId: sender.person?.id,
    sessionId: session?.id ?? null,
    channel,
  };
  if (command.set === 'off') {
    const there = await database.db.transaction(async (tx) => {
      if (!(await dropSchedule(tx, id))) return false;
      await appendEvent(tx, { ...about, kind: 'schedule.ended', data: { environment: name } });
      return true;
    });
    return there ? scheduleOff(name) : noSchedule(name);
  }
  if (isTakenOut) throw poolTakenOut(name, pool);
  const { everySeconds } = command.set;
  if (everySeconds < SOONEST_SECONDS || everySeconds > LATEST_SECONDS) {
    throw new Refusal('a schedule goes from every 1m to every 30d', `schedule ${name} verify every 30m`);
  }
  const set = await database.db.transaction(async (tx) => {
    const put = await putSchedule(tx, {
      environmentId: id,
      everySeconds,
      personId: sender.person?.id ?? null,
      setBy: by.display,
      channel,
      sessionId: session?.id ?? null,
    });
    const every = formatDuration(everySeconds * 1000);
    await appendEvent(tx, { ...about, kind: 'schedule.set', data: { environment: name, every } });
    return put;
  });
  return scheduleSet(name, set);
};
