import type { DayCommand } from './day/acts.ts';
import type { SessionCommand } from './session/commands.ts';

/** What a typed line means, once parsed: one shape per verb. Names are checked for form only; that they exist is the handlers' part. */
export type Command =
  | { readonly verb: 'help'; readonly topic: Verb | null }
  | { readonly verb: 'whoami' }
  | { readonly verb: 'pool'; readonly pool: string | null }
  | { readonly verb: 'blueprints'; readonly name: string | null }
  | { readonly verb: 'envs' }
  | {
      readonly verb: 'provision';
      readonly environment: string;
      readonly blueprint: string | null;
      readonly pool: string | null;
      /** Every `key=value` but `pool=`: parameters, and `ROLE=N` node counts. */
      readonly settings: Readonly<Record<string, string>>;
      /** Show what would run; change nothing. */
      readonly plan: boolean;
    }
  | { readonly verb: 'status'; readonly environment: string | null }
  | {
      readonly verb: 'logs';
      readonly environment: string;
      readonly node: string | null;
      readonly step: string | null;
      readonly tail: number | null;
    }
  | {
      readonly verb: 'inspect';
      readonly environment: string;
      readonly node: string | null;
      readonly topic: string | null;
    }
  | { readonly verb: 'verify'; readonly environment: string }
  | { readonly verb: 'repair'; readonly environment: string }
  /** `other`: another environment's name, `baseline` or a snapshot, `2h-ago`, `run-12`. */
  | { readonly verb: 'diff'; readonly environment: string; readonly other: string }
  | { readonly verb: 'snapshot'; readonly environment: string; readonly name: string }
  | { readonly verb: 'promote'; readonly environment: string }
  | {
      readonly verb: 'schedule';
      readonly environment: string;
      /** Null: show what there is. */
      readonly set: { readonly everySeconds: number } | 'off' | null;
    }
  | { readonly verb: 'reset'; readonly environment: string; readonly snapshot: string }
  | { readonly verb: 'destroy'; readonly environment: string }
  | {
      readonly verb: 'run';
      readonly environment: string;
      /** A node's name or a role; null: every node. */
      readonly target: string | null;
      /** Everything after `--`, exactly as typed. */
      readonly script: string;
    }
  | { readonly verb: 'cancel'; readonly environment: string }
  | { readonly verb: 'retry'; readonly environment: string }
  | {
      readonly verb: 'resolve';
      readonly environment: string;
      /** A step, or one node of it: `install@node-1`. */
      readonly task: string;
      readonly answer: 'done' | 'again' | 'failed';
    }
  | DayCommand
  | { readonly verb: 'pinned' }
  | { readonly verb: 'timeline'; readonly tail: number | null }
  | { readonly verb: 'report' }
  | SessionCommand;

export type Verb = Command['verb'];
export type CommandOf<V extends Verb> = Extract<Command, { verb: V }>;

export { ROLES, type Role } from '../../sessions/roles.ts';
