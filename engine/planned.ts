import type { OnFailure } from '../db/schema.ts';
import type { Blueprint, FactSpec, ParamValues } from './blueprint/blueprint.ts';
import type { ComparedWith } from './compared-with.ts';
import type { Knows } from './script-env.ts';

/** What one task does, as data: written with the run, executed by `engine/steps/`. */
export type Action =
  | {
      readonly kind: 'create';
      /** Keys of layers that the machine may begin from, the best first. */
      readonly layers?: readonly string[];
    }
  | {
      readonly kind: 'layer';
      readonly key: string;
      /** The cached steps that it holds. */
      readonly steps: readonly string[];
    }
  | {
      readonly kind: 'script';
      readonly script: string;
      readonly doneIf?: string;
      readonly timeoutMs: number;
      readonly repeatable: boolean;
      /** Further attempts after a failure, and the pause before the first of them. */
      readonly retries: number;
      readonly backoffMs: number;
      /** What it may know of the environment; everything if absent. */
      readonly knows?: Knows;
      /** Layers that hold what it does: a machine that this run began from one of them has it. */
      readonly layers?: readonly string[];
    }
  | {
      readonly kind: 'copy';
      /** Absolute path on the node. */
      readonly path: string;
      readonly mode: number;
      readonly bytes: number;
      readonly sha256: string;
      readonly timeoutMs: number;
      readonly retries: number;
      readonly backoffMs: number;
      readonly layers?: readonly string[];
    }
  | {
      readonly kind: 'playbook';
      /** Which of the files is the playbook. */
      readonly file: string;
      /** Path in the playbook's folder, and the content's SHA-256. */
      readonly files: readonly { readonly path: string; readonly sha256: string }[];
      /** The role that it is limited to, or several with commas between; null: none. */
      readonly role: string | null;
      readonly timeoutMs: number;
      readonly repeatable: boolean;
      readonly retries: number;
      readonly backoffMs: number;
    }
  | {
      readonly kind: 'check';
      readonly script: string;
      readonly expect?: string;
      readonly hint?: string;
      /** The step that mends what it finds wrong. */
      readonly repair?: string;
      readonly timeoutMs: number;
      readonly retryForMs: number;
    }
  | {
      readonly kind: 'facts';
      readonly spec: FactSpec;
      readonly prelude: string;
      /** Names of secret parameters. */
      readonly secrets: readonly string[];
      readonly timeoutMs: number;
    }
  | { readonly kind: 'snapshot'; readonly layer: string }
  | { readonly kind: 'keep'; readonly snapshot: string; readonly layer: string | null }
  | { readonly kind: 'compare'; readonly other: string; readonly side: ComparedWith }
  | { readonly kind: 'reset'; readonly layer: string | null }
  | { readonly kind: 'destroy' };

/** A node that a plan runs on: of the database, or one that is only previewed. */
export interface PlannedNode {
  readonly name: string;
  readonly role: string;
  /** Its row; absent in a preview. */
  readonly id?: number;
}

export interface PlannedTask {
  readonly step: string;
  readonly title: string;
  /** Null: the run's own step, on no machine. */
  readonly node: PlannedNode | null;
  readonly action: Action;
  /** Steps all of whose tasks must be done first. */
  readonly needs: readonly string[];
  /** Steps whose task on the same node must be done first; none if absent. */
  readonly needsHere?: readonly string[];
  /** Steps all of whose tasks must have ended first, whatever became of them; none if absent. */
  readonly after?: readonly string[];
  /** Slots of the pool's load governor that it takes while it runs. */
  readonly slots: number;
  /** What its failure means to the rest of the run; `skip` if absent. */
  readonly onFailure?: OnFailure;
  /** The blueprint marks it as destroying something. */
  readonly destructive?: true;
}

export interface PlanInput {
  readonly blueprint: Blueprint;
  readonly values: ParamValues;
  readonly nodes: readonly PlannedNode[];
}

/** The step on every node of the roles. */
export function onRole(
  input: PlanInput,
  roles: readonly string[],
  step: string,
  title: string,
  needs: readonly string[],
  action: Action,
): PlannedTask[] {
  return input.nodes
    .filter((node) => roles.includes(node.role))
    .map((node) => ({ step, title, node, action, needs, slots: 0 }));
}

export function everywhere(
  input: PlanInput,
  step: string,
  title: string,
  needs: readonly string[],
  action: Action,
): PlannedTask[] {
  return input.nodes.map((node) => ({ step, title, node, action, needs, slots: 0 }));
}

/** The steps that these tasks are of. */
export function namesOf(tasks: readonly PlannedTask[]): string[] {
  return [...new Set(tasks.map((task) => task.step))];
}
