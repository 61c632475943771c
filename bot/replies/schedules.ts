import type { OutgoingMessage } from '../../adapters/message.ts';
import type { Schedule } from '../../db/schedules.ts';
import { formatDuration } from '../../engine/duration.ts';
import type { Links } from '../links.ts';
import { ago } from './words.ts';

/** What is said of schedules when somebody asks; what they find is in drift.ts. */

const every = ({ everySeconds }: Schedule) => `every ${formatDuration(everySeconds * 1000)}`;

export function scheduleSet(environment: string, schedule: Schedule): OutgoingMessage {
  const where = schedule.sessionId === null ? 'here' : 'here and in the session';
  return {
    text: `${environment} is verified ${every(schedule)} from now on; drift is told ${where}, once. No more: schedule ${environment} off`,
  };
}

export function scheduleOff(environment: string): OutgoingMessage {
  return { text: `${environment} is not looked at by itself any more.` };
}

export function noSchedule(environment: string): OutgoingMessage {
  return { text: `${environment} has no schedule. Set one: schedule ${environment} verify every 30m` };
}

interface ScheduleAbout {
  readonly links: Links;
  /** The pool that it stands on, if that is not configured any more: then nothing is looked at. */
  readonly without: string | null;
  readonly now?: Date;
}

export function scheduleShown(
  environment: string,
  schedule: Schedule,
  about: ScheduleAbout,
): OutgoingMessage {
  const { links, without, now = new Date() } = about;
  const { lastAt, lastRunId, drifting, nextAt, setBy } = schedule;
  const found = drifting ? 'drift' : 'all well';
  const last =
    lastAt && lastRunId ? `last ${ago(lastAt, now)}: ${found} ${links.run(lastRunId)}` : 'not done yet';
  const wait = nextAt.getTime() - now.getTime();
  const due = wait > 0 ? `next in ${formatDuration(wait)}` : 'next now';
  const next = without === null ? due : `not any more, since its pool ${without} is not configured`;
  return { text: `${environment} is verified ${every(schedule)} (set by ${setBy}); ${last}; ${next}.` };
}
