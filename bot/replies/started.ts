import type { OutgoingMessage } from '../../adapters/message.ts';
import type { Run } from '../../db/runs.ts';
import type { RunKind } from '../../db/schema.ts';
import type { Links } from '../links.ts';

/** What a run of each kind is doing, while it does it. */
export const DOING: Readonly<Record<RunKind, string>> = {
  provision: 'provisioning',
  verify: 'verifying',
  repair: 'repairing',
  inspect: 'inspecting',
  diff: 'comparing',
  snapshot: 'taking a snapshot',
  reset: 'resetting',
  exec: 'running the command',
  destroy: 'destroying',
};

/** The first answer: what was started, and where to watch it. The outcome comes as a message of its own. */
export function started(run: Run, environment: string, links: Links): OutgoingMessage {
  return { text: `${environment}: ${DOING[run.kind]} … watch ${links.run(run.id)}` };
}
