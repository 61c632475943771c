import type { Environment, Node } from '../../../db/environments.ts';
import type { Run, TaskRow } from '../../../db/runs.ts';
import type { NodeState, TaskState } from '../../../db/schema.ts';

/** Rows as the database has them, for replies that are made without one. A day long ago, so that nothing depends on today. */

const BEGAN = Date.parse('2026-03-08T10:00:00Z');

export function after(seconds: number): Date {
  return new Date(BEGAN + seconds * 1_000);
}

export function environmentRow(given: Partial<Environment> = {}): Environment {
  return {
    id: 1,
    name: 'ex',
    blueprint: 'essex',
    pool: 'lab',
    state: 'ready',
    params: {},
    secrets: {},
    formerSecrets: [],
    createdBy: null,
    createdAt: after(0),
    destroyedAt: null,
    ...given,
  };
}

export function nodeRow(name: string, at: number, state: NodeState = 'up'): Node {
  return {
    id: at,
    environmentId: 1,
    pool: 'lab',
    machine: `n${at}`,
    name,
    role: name.replace(/-\d+$/, ''),
    index: at,
    address: `10.121.248.${10 + at}`,
    mark: null,
    layer: null,
    layerRunId: null,
    zone: null,
    state,
    releasedAt: null,
  };
}

export function runRow(given: Partial<Run> = {}): Run {
  return {
    id: 14,
    environmentId: 1,
    kind: 'provision',
    state: 'succeeded',
    command: 'provision ex from essex size=mini',
    key: 'k',
    detail: {},
    result: null,
    blueprint: {},
    personId: null,
    requester: 'alice',
    channel: 'slack:T1/C1',
    sessionId: null,
    cause: null,
    createdAt: after(0),
    startedAt: after(0),
    endedAt: after(58),
    cancelledBy: null,
    summary: 'in 58 s',
    holdOwner: null,
    holdGeneration: 0,
    holdExpiresAt: null,
    ...given,
  };
}

let ordinal = 0;

export function taskRow(
  title: string,
  state: TaskState,
  [from, to]: readonly [from?: number, to?: number] = [],
  given: Partial<TaskRow> = {},
): TaskRow {
  ordinal++;
  return {
    id: ordinal,
    runId: 14,
    ordinal,
    step: title.split(/\W/)[0]?.toLowerCase() ?? '',
    nodeId: 1,
    state,
    attempt: 1,
    attemptsBefore: 0,
    notBefore: null,
    exitCode: null,
    detail: null,
    outputOffset: 0,
    startedAt: from === undefined ? null : after(from),
    endedAt: to === undefined ? null : after(to),
    title,
    action: { kind: 'run' },
    needs: [],
    needsHere: [],
    after: [],
    slots: 0,
    onFailure: 'skip',
    ...given,
  };
}

export function checkRow(title: string, state: TaskState, detail: string): TaskRow {
  const step = `check-${title.length}`;
  return taskRow(title, state, [50, 51], { step, detail, action: { kind: 'check' } });
}
