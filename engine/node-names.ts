import type { Node } from '../db/environments.ts';
import type { TaskRow } from '../db/runs.ts';

/** The names of an environment's nodes. */
export interface NodeNames {
  /** Null: the task is on none of them. */
  of(task: Pick<TaskRow, 'nodeId'>): string | null;
  /** The same where the role has more than one node; null where the step itself says where it was. */
  amongSeveral(task: Pick<TaskRow, 'nodeId'>): string | null;
}

export function nodeNames(nodes: readonly Pick<Node, 'id' | 'name' | 'role'>[]): NodeNames {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const ofRole = new Map<string, Set<string>>();
  for (const { role, name } of nodes) ofRole.set(role, (ofRole.get(role) ?? new Set()).add(name));
  const find = ({ nodeId }: Pick<TaskRow, 'nodeId'>) => (nodeId === null ? undefined : byId.get(nodeId));
  return {
    of: (task) => find(task)?.name ?? null,
    amongSeveral(task) {
      const node = find(task);
      return node && (ofRole.get(node.role)?.size ?? 0) > 1 ? node.name : null;
    },
  };
}
