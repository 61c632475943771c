/** A task and what it waits for. All tasks of one step have the same needs; a step has one task on a node at most. */
export interface LinkedTask {
  readonly ordinal: number;
  readonly step: string;
  /** Null: the run's own step, on no node. */
  readonly nodeId: number | null;
  /** Steps all of whose tasks must have passed. */
  readonly needs: readonly string[];
  /** Steps whose task on the same node must have passed. */
  readonly needsHere: readonly string[];
  /** Steps all of whose tasks must have ended, whatever became of them. */
  readonly after: readonly string[];
}

/** What waits for what in a run: steps for steps, and on one node tasks for tasks. Counted down by schedule.ts. */
export interface StepNode {
  readonly ordinals: number[];
  readonly neededBy: StepNode[];
  /** Steps that come after it, whatever becomes of it. */
  readonly followedBy: StepNode[];
  /** Its tasks that have not passed. */
  left: number;
  /** Its tasks that have not ended. */
  open: number;
  /** Steps that it needs and that have not passed, and those that it comes after and that have not ended. */
  missing: number;
  /** Something that all of its tasks need will not get done. */
  doomed: boolean;
}

export interface TaskNode {
  /** Tasks of the same node that need it. */
  readonly neededBy: number[];
  /** Tasks of the same node that it needs and that have not passed. */
  missing: number;
  /** Something that it needs will not get done. */
  doomed: boolean;
}

export function stepsOf(tasks: readonly LinkedTask[]): Map<string, StepNode> {
  const steps = new Map<string, StepNode>();
  for (const { step, ordinal } of tasks) {
    const node = steps.get(step) ?? noTasks();
    steps.set(step, node);
    node.ordinals.push(ordinal);
    node.left += 1;
    node.open += 1;
  }
  const linked = new Set<StepNode>();
  for (const { step, needs, after } of tasks) {
    const node = steps.get(step) as StepNode;
    if (linked.has(node)) continue;
    linked.add(node);
    for (const needed of among(steps, needs)) {
      needed.neededBy.push(node);
      node.missing += 1;
    }
    for (const first of among(steps, after)) {
      first.followedBy.push(node);
      node.missing += 1;
    }
  }
  return steps;
}

function noTasks(): StepNode {
  return { ordinals: [], neededBy: [], followedBy: [], left: 0, open: 0, missing: 0, doomed: false };
}

/** A step without tasks (nobody has its role) holds nothing up. */
function among(steps: ReadonlyMap<string, StepNode>, names: readonly string[]): StepNode[] {
  return [...new Set(names)].flatMap((name) => steps.get(name) ?? []);
}

/** What tasks of one node need of each other. */
export function linksOf(tasks: readonly LinkedTask[]): TaskNode[] {
  const links = tasks.map((): TaskNode => ({ neededBy: [], missing: 0, doomed: false }));
  const key = (step: string, nodeId: number | null) => `${nodeId} ${step}`;
  const places = new Map(tasks.map(({ step, nodeId, ordinal }) => [key(step, nodeId), ordinal]));
  for (const { nodeId, needsHere, ordinal } of tasks) {
    for (const need of new Set(needsHere)) {
      // A step without a task on this node holds nothing up.
      const needed = places.get(key(need, nodeId));
      if (needed === undefined) continue;
      (links[needed] as TaskNode).neededBy.push(ordinal);
      (links[ordinal] as TaskNode).missing += 1;
    }
  }
  return links;
}
