import { help, whoami } from './about.ts';
import { approve, reject } from './approvals.ts';
import { audit } from './audit.ts';
import {
  cancel,
  destroy,
  diff,
  inspect,
  promote,
  provision,
  repair,
  reset,
  resolve,
  retry,
  run,
  snapshot,
  verify,
} from './changes.ts';
import { agenda } from './day/agenda.ts';
import { announce } from './day/announce.ts';
import { note, pin, pinned, todo } from './day/minutes.ts';
import { report, timeline } from './day/recall.ts';
import { vote } from './day/vote.ts';
import type { Handlers } from './handler.ts';
import { claim, extend, handoff, queue, release } from './leases.ts';
import { join, leave, who } from './participants.ts';
import { grant, link, revoke, unlink } from './people.ts';
import { schedule } from './schedules.ts';
import { notify, session } from './sessions.ts';
import { blueprints, envs, pool } from './stock.ts';
import { logs, status } from './watching.ts';

/** Which function answers which verb; the compiler sees to it that none is missing. */
export const HANDLERS: Handlers = {
  help,
  whoami,
  pool,
  blueprints,
  envs,
  provision,
  status,
  logs,
  inspect,
  verify,
  repair,
  diff,
  snapshot,
  promote,
  reset,
  schedule,
  destroy,
  run,
  cancel,
  retry,
  resolve,
  agenda,
  note,
  todo,
  vote,
  announce,
  pin,
  pinned,
  timeline,
  report,
  audit,
  claim,
  queue,
  extend,
  release,
  handoff,
  approve,
  reject,
  session,
  join,
  leave,
  who,
  link,
  unlink,
  grant,
  revoke,
  notify,
};
