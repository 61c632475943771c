import { matches } from './limits.ts';
import { atLeast, type Role } from './roles.ts';

/** What the configuration says must be approved: `approvals:`. */
export interface ApprovalRule {
  readonly commands: readonly string[];
  /** Names of environments, `*` stands for anything. */
  readonly environments: readonly string[];
  /** So many persons, who did not ask for it, … */
  readonly count: number;
  /** … of at least this role. */
  readonly role: Role;
  /** How long they have, in ms. */
  readonly withinMs: number;
}

/** What is about to be done, as far as approvals are concerned. */
export interface Proposed {
  readonly command: string;
  readonly environment: string;
  /** What the environment's blueprint marks as destructive: commands, and titles of steps that would run. */
  readonly marked: { readonly commands: readonly string[]; readonly steps: readonly string[] };
}

/** What it takes to do it. */
export interface Needed {
  readonly count: number;
  readonly role: Role;
  readonly withinMs: number;
  /** Why, for people. */
  readonly why: string;
}

/** A blueprint says what is destructive, not who agrees to it: that takes one operator, unless the configuration says more. */
const BY_BLUEPRINT = { count: 1, role: 'operator', withinMs: 60 * 60_000 } as const;

/** What approval the command needs; null: none. Of several rules the one that asks for most. */
export function approvalNeeded(proposed: Proposed, rules: readonly ApprovalRule[]): Needed | null {
  const { command, environment, marked } = proposed;
  const needed: Needed[] = rules
    .filter(
      (rule) =>
        rule.commands.includes(command) && rule.environments.some((pattern) => matches(pattern, environment)),
    )
    .map(({ count, role, withinMs }) => ({
      count,
      role,
      withinMs,
      why: `the configuration wants ${command} of ${environment} approved`,
    }));
  const [step] = marked.steps;
  if (marked.commands.includes(command)) {
    needed.push({ ...BY_BLUEPRINT, why: `its blueprint marks ${command} as destructive` });
  } else if (step !== undefined) {
    const more = marked.steps.length > 1 ? ` and ${marked.steps.length - 1} more steps` : '';
    needed.push({ ...BY_BLUEPRINT, why: `its blueprint marks "${step}"${more} as destructive` });
  }
  return needed.sort(byStrictness)[0] ?? null;
}

function byStrictness(a: Needed, b: Needed): number {
  if (a.count !== b.count) return b.count - a.count;
  if (a.role === b.role) return 0;
  return atLeast(a.role, b.role) ? -1 : 1;
}

/** One person's say. Roles are those that people have now, not those they had when they said it. */
export interface Say {
  readonly person: number;
  readonly name: string;
  readonly role: Role;
  readonly verdict: 'approve' | 'reject';
}

/** A part of the reason for a decision. */
export interface Because {
  readonly text: string;
  /** Whether it speaks for the approval; null: it says nothing either way. */
  readonly holds: boolean | null;
  readonly parts?: readonly Because[];
}

export interface ApprovalDecision {
  readonly state: 'open' | 'approved' | 'rejected' | 'expired';
  /** How many agree so far, counted as the rule counts. */
  readonly agreed: number;
  readonly because: Because;
}

export interface ApprovalFacts {
  readonly needed: number;
  readonly role: Role;
  readonly asker: number;
  readonly said: readonly Say[];
  /** Persons who were one person when it was asked for, or later: each with whom it counts as. */
  readonly sameAs: ReadonlyMap<number, number>;
  /** Ms since 1970. */
  readonly expiresAt: number;
  readonly now: number;
}

/** Whether enough distinct persons of the role agree, and why (not). Pure. */
export function decideApproval(facts: ApprovalFacts): ApprovalDecision {
  const human = (person: number) => facts.sameAs.get(person) ?? person;
  const counted = new Set<number>();
  let rejected = false;
  const parts = facts.said.map((say): Because => {
    const { name, role, verdict, person } = say;
    if (verdict === 'reject') {
      const may = human(person) === human(facts.asker) || atLeast(role, facts.role);
      rejected ||= may;
      return {
        text: may ? `${name} rejects it` : `${name}, ${role}, may not reject it`,
        holds: !may && null,
      };
    }
    if (human(person) === human(facts.asker)) {
      return { text: `${name} asked for it and does not count`, holds: null };
    }
    if (!atLeast(role, facts.role)) {
      return { text: `${name} is ${role}, not ${facts.role}`, holds: null };
    }
    if (counted.has(human(person))) {
      return { text: `${name} was one person with somebody who has approved`, holds: null };
    }
    counted.add(human(person));
    return { text: `${name}, ${role}, approves`, holds: true };
  });
  const agreed = counted.size;
  const enough = agreed >= facts.needed;
  const late = facts.now >= facts.expiresAt;
  const state = rejected ? 'rejected' : enough ? 'approved' : late ? 'expired' : 'open';
  const text = `${agreed} of ${facts.needed} persons who are ${facts.role} or more`;
  return { state, agreed, because: { text, holds: state === 'approved', parts } };
}

/** The reasons as lines, the parts of each below it and set in. */
export function explain({ text, holds, parts = [] }: Because, depth = 0): string[] {
  const sign = holds === null ? '·' : holds ? '✓' : '✗';
  return [`${'  '.repeat(depth)}${sign} ${text}`, ...parts.flatMap((part) => explain(part, depth + 1))];
}
