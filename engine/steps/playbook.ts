import { nodesOf } from '../../db/environments.ts';
import { formatDuration } from '../duration.ts';
import { STILL_RUNNING } from '../left-over.ts';
import type { Action } from '../plan.ts';
import { findAnsible } from '../playbooks/ansible.ts';
import { type InventoryNode, layOut } from '../playbooks/folder.ts';
import { removeLeftFolders } from '../playbooks/left-folders.ts';
import { type PlaybookEnd, runAnsible } from '../playbooks/run.ts';
import { ProviderError } from '../provider.ts';
import { scriptEnv } from '../script-env.ts';
import type { StepContext, StepResult } from './step.ts';

type PlaybookAction = Extract<Action, { kind: 'playbook' }>;

/**
 * Runs a playbook against the environment, from this host. It ends with this process: what another one has begun is not
 * going on any more, and how far it came is unknown.
 */
export async function runPlaybook(context: StepContext, action: PlaybookAction): Promise<StepResult> {
  const { output, recovered } = context;
  if (recovered) {
    await output.end();
    return {
      state: 'unknown',
      detail: 'the worker that ran the playbook ended in its middle, and the playbook with it',
    };
  }
  const ansible = await findAnsible((line) => output.note(line));
  if ('problem' in ansible) {
    output.note(ansible.problem);
    await output.end();
    return { state: 'broke', detail: ansible.problem };
  }
  const nodes = await inventoryOf(context);
  if ('problem' in nodes) {
    output.note(nodes.problem);
    await output.end();
    return { state: 'broke', detail: nodes.problem };
  }
  // Of workers that were killed here. That it cannot be done is no reason not to run this one.
  await removeLeftFolders().catch(() => 0);
  const folder = await layOut({
    files: action.files,
    content: context.content,
    environment: context.environment,
    nodes,
  });
  try {
    let at = 0;
    const end = await runAnsible({
      command: ansible.command,
      folder,
      playbook: action.file,
      limit: action.role,
      timeoutMs: action.timeoutMs,
      cancel: context.cancel,
      released: context.released,
      write(chunk) {
        const offset = at;
        at += chunk.length;
        return output.write(chunk, offset);
      },
    });
    await output.end();
    return playbookResult(end, output.lastLine, action.timeoutMs);
  } finally {
    await folder.remove();
  }
}

async function inventoryOf({
  database,
  environment,
  provider,
}: StepContext): Promise<InventoryNode[] | { problem: string }> {
  const nodes = await nodesOf(database.db, environment.id);
  const pool = provider(environment.pool);
  try {
    return await Promise.all(
      nodes.map(async (node) => ({
        node,
        endpoint: await pool.endpoint(node.machine),
        variables: scriptEnv(environment, node.id, nodes),
      })),
    );
  } catch (error) {
    if (error instanceof ProviderError) return { problem: error.message };
    throw error;
  }
}

/** A host that could not be reached leaves the question open; one that said no answered it. */
export function playbookResult(end: PlaybookEnd, lastLine: string, timeoutMs: number): StepResult {
  if (end.stopped === 'cancelled')
    return { state: 'cancelled', detail: `cancelled${STILL_RUNNING}perhaps what a node was at, to its end` };
  if (end.stopped === 'stood still')
    return {
      state: 'unknown',
      detail:
        'the worker that ran the playbook stood still for a while, and the playbook was ended in its middle',
    };
  if (end.stopped === 'timeout')
    return { state: 'failed', detail: `stopped after its time limit of ${formatDuration(timeoutMs)}` };
  const { summary, exitCode } = end;
  if (!summary)
    return {
      state: 'failed',
      exitCode,
      detail: `ansible-playbook ended with ${exitCode}${lastLine ? `: ${lastLine}` : ''}`,
    };
  const { unreachable, failed } = summary;
  const first = unreachable[0] ?? failed[0];
  const more = unreachable.length + failed.length - 1;
  const detail = first && `${first.task}: ${first.node}: ${first.why}${more > 0 ? `, and ${more} more` : ''}`;
  if (unreachable.length > 0) return { state: 'broke', exitCode, detail: `unreachable in ${detail}` };
  if (failed.length > 0) return { state: 'failed', exitCode, detail: detail ?? '' };
  if (exitCode !== 0)
    return { state: 'failed', exitCode, detail: `ansible-playbook ended with ${exitCode}: ${lastLine}` };
  if (summary.nodes === 0)
    return { state: 'failed', exitCode, detail: 'no play matched a node of this environment' };
  return {
    state: 'done',
    exitCode,
    detail: `${summary.ok} ok, ${summary.changed} of them changed, on ${summary.nodes} ${summary.nodes === 1 ? 'node' : 'nodes'}`,
  };
}
