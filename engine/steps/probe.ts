import { formatDuration } from '../duration.ts';
import { stillRunning } from '../left-over.ts';
import type { LinkTask } from '../node-link.ts';
import type { RemoteOutcome } from '../transport.ts';
import { machineOf, remoteId, type StepContext, type StepResult } from './step.ts';

/** What `done_if` says: the step is to be run (`left`: what is still there of a probe that was ended), or this is its result. */
export type Probed = { readonly state: 'open'; readonly left: readonly string[] } | StepResult;

const TIME_LIMIT_MS = 60_000;
/** An answer that got lost is asked for again, so often in all. */
const TIMES = 3;

/**
 * Asks a step's `done_if`. Only what it says itself is an answer. One that went away with its node (reset, rebooted), or that a signal
 * ended, as it does when a node goes down, says nothing about the step, and is asked again.
 */
export async function probe(
  context: StepContext,
  script: string,
  env: LinkTask['env'],
  known: Pick<LinkTask, 'begunAt' | 'knownMark'>,
): Promise<Probed> {
  const { cancel, recovered } = context;
  const { link } = machineOf(context);
  // What an earlier process may have begun is ended, or found out about, by who follows it.
  const open: Probed = { state: 'open', left: [] };
  let lost = '';
  for (let time = 1; time <= TIMES; time += 1) {
    // Who was here before may have got no further than this; a probe that is over is answered from its record.
    const id = remoteId(context, time === 1 ? '-done' : `-done${time}`);
    const since = time === 1 ? known : { begunAt: null, knownMark: null };
    const task = { id, script, env, timeoutMs: TIME_LIMIT_MS, ...since, offset: 0 };
    const answer = await link.run(task, () => {}, cancel);
    if (answer.state === 'broke') return { state: 'broke', detail: answer.why };
    if (answer.state === 'finished' && answer.exitCode === 0)
      return { state: 'done', detail: 'was done already' };
    if (answer.state === 'stopped') {
      if (answer.why === 'cancelled' && recovered) return { state: 'open', left: answer.left };
      const stillRuns = answer.left.length > 0;
      const left = stillRuns ? stillRunning(answer.left) : '';
      if (answer.why === 'cancelled') return { state: 'cancelled', detail: `cancelled${left}`, stillRuns };
      const limit = formatDuration(TIME_LIMIT_MS);
      return { state: 'failed', stillRuns, detail: `done_if gave no answer within ${limit}${left}` };
    }
    if (cancel.aborted)
      return recovered ? open : { state: 'cancelled', detail: 'cancelled before it was begun' };
    if (answer.state === 'finished' && !endedBySignal(answer.exitCode)) return open;
    lost = lossOf(answer);
  }
  return recovered ? open : { state: 'failed', detail: `done_if gave no answer, ${TIMES} times: ${lost}` };
}

/** A shell's exit code for a script that a signal ended is 128 and the signal's number. */
function endedBySignal(exitCode: number): boolean {
  return exitCode > 128 && exitCode <= 128 + 64;
}

function lossOf(answer: RemoteOutcome): string {
  switch (answer.state) {
    case 'finished':
      return `a signal ended it (exit ${answer.exitCode})`;
    case 'unknown':
      return answer.why;
    case 'absent':
      return 'its node has no trace of it';
  }
}
