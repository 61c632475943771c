import type { RunToDraw, TaskToDraw } from '../../pictures/run-view.ts';

export const BEGAN = Date.parse('2026-11-28T10:00:00Z');
export const at = (seconds: number): string => new Date(BEGAN + seconds * 1_000).toISOString();

export function task(
  step: string,
  node: string | null,
  state: string,
  from: number | null = null,
  to: number | null = null,
): TaskToDraw {
  return {
    step,
    title: `the step ${step}`,
    node,
    state,
    startedAt: from === null ? null : at(from),
    endedAt: to === null ? null : at(to),
  };
}

export function runOf(tasks: readonly TaskToDraw[], more: Partial<RunToDraw> = {}): RunToDraw {
  return {
    id: 7,
    environment: 'ex',
    kind: 'provision',
    state: 'running',
    createdAt: at(0),
    startedAt: at(0),
    endedAt: null,
    tasks,
    ...more,
  };
}

/** 500 nodes and 20 steps, half of it done, one node in trouble. */
export function largeRun(): RunToDraw {
  const nodes = Array.from({ length: 500 }, (_, n) => `compute-${n + 1}`);
  return runOf(
    Array.from({ length: 20 }, (_, s) =>
      nodes.map((node, n) => {
        if (s > 10) return task(`s${s}`, node, 'waiting');
        if (s === 10)
          return task(`s${s}`, node, n % 3 === 0 ? 'done' : 'running', 100, n % 3 === 0 ? 104 : null);
        return task(
          `s${s}`,
          node,
          s === 4 && n === 16 ? 'failed' : 'done',
          s * 10,
          s * 10 + 5 + (n % 40) / 8,
        );
      }),
    ).flat(),
  );
}
