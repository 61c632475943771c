import type { OutgoingMessage } from '../adapters/message.ts';
import type { Queryable } from '../db/client.ts';
import type { Run } from '../db/runs.ts';
import { noteScheduledRun, scheduleOf } from '../db/schedules.ts';
import { channelsOf } from '../db/sessions.ts';
import { audience } from './audience.ts';
import { forPerson } from './for-one.ts';
import type { Links } from './links.ts';
import { outcomeView } from './outcome-view.ts';
import { driftMessage, driftOf } from './replies/drift.ts';

/**
 * Tells how a scheduled look ended: nothing as long as nothing changes, and nothing when the schedule was ended meanwhile. Where
 * the schedule was set, in full; in the other channels of its session, which all hear of drift, in a line.
 */
export async function tellDrift(
  tx: Queryable,
  run: Run,
  links: Links,
  say: (tx: Queryable, channel: string, message: OutgoingMessage) => Promise<void>,
): Promise<void> {
  const schedule = await scheduleOf(tx, run.environmentId);
  if (!schedule || run.state === 'cancelled') return;
  const view = await outcomeView(tx, run, links);
  const message = driftMessage(view, schedule.drifting);
  await noteScheduledRun(tx, run.environmentId, run.id, driftOf(view) !== 'none');
  if (!message) return;
  const { channel: asked, personId } = schedule;
  await say(tx, asked, await forPerson(tx, asked, personId, { kind: 'outcome', ...message }));
  const linked = run.sessionId === null ? [] : await channelsOf(tx, run.sessionId);
  const news = { weight: 'important', concerned: [], answeredIn: schedule.channel } as const;
  const { blocks: _, ...line } = message;
  for (const channel of audience(news, linked)) await say(tx, channel, { kind: 'outcome', ...line });
}
