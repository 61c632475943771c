import type { OnFailure } from '../../db/schema.ts';

/** A blueprint after loading and validation: plain JSON, every file it names read in. This is what a run freezes. */
export interface Blueprint {
  readonly name: string;
  readonly version: string;
  /** One line for `blueprints`. */
  readonly summary: string;
  /** Which OpenStack release's packages it installs, if any. */
  readonly release?: string;
  /** In the file's order. */
  readonly roles: Readonly<Record<string, Role>>;
  readonly params: Readonly<Record<string, Param>>;
  /** Shell texts put before every script of the blueprint (functions, settings), in this order; each only where its `when` holds. */
  readonly prelude: readonly PreludePart[];
  readonly steps: readonly Step[];
  readonly checks: readonly Check[];
  readonly facts: FactSpec;
  /** `snapshot`: back to the baseline's layers · `teardown`: run the teardown steps, then the steps · `reinstall`: empty machine, then the steps. */
  readonly reset: 'snapshot' | 'teardown' | 'reinstall';
  readonly teardown: readonly Step[];
  /** Commands that destroy something that people may miss: others must agree to them. Absent: none. */
  readonly destructive?: readonly DestructiveCommand[];
  /** True when its steps install packages or start services: a pool without `can.packages` refuses it. */
  readonly packages: boolean;
  /** SHA-256 (hex) over everything above: two blueprints with one digest run the same. */
  readonly digest: string;
}

/** Runs, or exists, only if every named parameter has one of the listed values; `{}`: always. In the file: `when: {size: full}`. */
export type When = Readonly<Record<string, readonly string[]>>;

export interface PreludePart {
  readonly text: string;
  readonly when: When;
}

/** Commands that a blueprint can mark as destructive. */
export const DESTRUCTIVE_COMMANDS = ['provision', 'snapshot', 'reset', 'repair', 'destroy', 'run'] as const;
export type DestructiveCommand = (typeof DESTRUCTIVE_COMMANDS)[number];

export interface Role {
  /** How many nodes: at least, at most, and when nothing is asked. */
  readonly count: { readonly min: number; readonly max: number; readonly default: number };
  /** Where it does not hold, the environment has no node of this role. */
  readonly when: When;
}

export interface Param {
  readonly summary: string;
  /** Masked wherever it would be shown. */
  readonly secret: boolean;
  /** Length of a random value [A-Za-z0-9] made when none is given; kept with the environment. */
  readonly generate?: number;
  readonly default?: string;
  /** The values that are allowed; any if absent. */
  readonly choices?: readonly string[];
  /** Regular expression that the whole value must match. */
  readonly pattern?: string;
  /** Its value is a list of choices, separated by commas. */
  readonly many?: true;
}

export interface Step {
  /** `[a-z][a-z0-9-]*`, unique among steps, teardown and checks. */
  readonly id: string;
  /** What people read on the board; the id if absent in the file. */
  readonly title: string;
  /** The roles on whose every node it runs. Of a playbook: the roles it is limited to, none if empty. */
  readonly on: readonly string[];
  /** Steps that must be done first, on all of their nodes. */
  readonly needs: readonly string[];
  /** Steps of the same roles that must be done first on the same node. In the file: `needs: [{step: ID, each: node}]`. */
  readonly needsHere?: readonly string[];
  /** Steps that must have ended first, on all of their nodes, whatever became of them. */
  readonly after?: readonly string[];
  /** The only parameters that it gets; absent: all. */
  readonly params?: readonly string[];
  /** What it does to the disk may be kept and given to other nodes, where the pool can: engine/layers.ts. */
  readonly cache?: true;
  /** Slots of the pool's load governor that it takes while it runs on a node; 0: it is light. In the file: `weight`. */
  readonly slots: number;
  /** The script's text; '' of a step that copies or runs a playbook. */
  readonly run: string;
  /** The file that it copies instead of running a script. */
  readonly copy?: FileCopy;
  /** The Ansible playbook that is run, once, from the worker's host, instead of a script on each node. */
  readonly playbook?: Playbook;
  /** Script; when it exits 0 the step counts as done and `run` is skipped. */
  readonly doneIf?: string;
  readonly timeoutMs: number;
  /** May be run again when nobody knows whether it ran. */
  readonly repeatable: boolean;
  /** Further attempts after the first one has failed. */
  readonly retries: number;
  /** Pause before the first of them; each later one is twice as long. */
  readonly backoffMs: number;
  /** What its failure means: what needs it is skipped, nothing more of the run starts, or all goes on as if it were done. */
  readonly onFailure: OnFailure;
  /** Destroys something on a node that is there already: others must agree to a run that has it. */
  readonly destructive?: true;
  readonly when: When;
}

/** A file beside the blueprint. Its content is kept by its digest when a run starts (db/contents.ts). */
export interface FrozenFile {
  /** Path inside the blueprint's folder; of a playbook's file, inside the playbook's. */
  readonly from: string;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
  /** Where it was read. */
  readonly source: string;
}

/** A file that goes to nodes. */
export interface FileCopy extends FrozenFile {
  /** Absolute path on the node. */
  readonly to: string;
  /** Permission bits. */
  readonly mode: number;
}

/** A playbook with everything that lies in its folder. */
export interface Playbook {
  /** Which of the files is the playbook. */
  readonly file: string;
  readonly files: readonly FrozenFile[];
}

export interface Check {
  readonly id: string;
  readonly title: string;
  readonly on: string;
  /** Exit 0 passes. What it prints last is the evidence. */
  readonly run: string;
  /** Regular expression that the output must match, too. */
  readonly expect?: string;
  /** What to look at when it fails. */
  readonly hint?: string;
  /** The step that mends what it finds wrong, on the node where it does: of its own role, and there whenever it is. */
  readonly repair?: string;
  readonly timeoutMs: number;
  /** Go on trying for so long before it counts as failed (services that are still coming up). */
  readonly retryForMs: number;
  readonly when: When;
}

/** What `inspect` gathers on top of the built-in facts. */
export interface FactSpec {
  /** Files or shell globs whose content hash is gathered, beside all of /etc. */
  readonly files: readonly string[];
  /** INI-like configuration files that are gathered setting by setting. */
  readonly settings: readonly string[];
  /** Further topics: a script per topic that prints `key<TAB>value` lines, and the role it runs on (every role if null). */
  readonly scripts: readonly { readonly topic: string; readonly on: string | null; readonly run: string }[];
}

/** Parameters filled in for one environment: given, default, generated. */
export type ParamValues = Readonly<Record<string, string>>;
