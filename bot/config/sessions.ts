import { z } from 'zod';
import { DurationError, parseDuration } from '../../engine/duration.ts';
import { USUAL_TERMS } from '../../sessions/leases/state.ts';
import { type Policy, USUAL_POLICY } from '../../sessions/policy.ts';
import { ROLES } from '../../sessions/roles.ts';
import type { FileProblem } from './document.ts';
import { choice, fields, isMap, list, matching, must, whole } from './fields.ts';

/** Commands that can be made to need an approval: those that change an environment and can be planned. */
const APPROVABLE = ['provision', 'snapshot', 'reset', 'repair', 'destroy', 'run'] as const;

/** The keys `sessions`, `limits` and `approvals`. */
export function policySchemas() {
  const role = choice(ROLES);
  const patterns = (what: string) =>
    list(
      matching(/^\S{1,200}$/, `a text without spaces: ${what}, in which * stands for anything`),
      `a list of ${what}s`,
    ).min(1, must(`a list of one ${what} or more`));
  return {
    sessions: fields({
      start: role.optional(),
      lease: fields({
        usual: duration().optional(),
        longest: duration().optional(),
        grace: duration().optional(),
        warn: duration().optional(),
        alive: duration().optional(),
        most: whole(1, 1_000).optional(),
      }).optional(),
    }).optional(),
    limits: list(
      fields({
        environments: patterns('environment').optional(),
        channels: patterns('channel').optional(),
        needs: role.optional(),
        atMost: role.optional(),
      }),
      'a list of limits',
    ).optional(),
    approvals: list(
      fields({
        commands: list(choice(APPROVABLE), 'a list of commands').min(
          1,
          must('a list of one command or more'),
        ),
        environments: patterns('environment').default(['*']),
        count: whole(1, 20).default(1),
        role: role.default('operator'),
        within: duration().default(60 * 60_000),
      }),
      'a list of rules',
    ).optional(),
  };
}

type Values = { readonly [K in keyof Schemas]?: z.output<Schemas[K]> };
type Schemas = ReturnType<typeof policySchemas>;

export function policyOf({ sessions, limits = [], approvals = [] }: Values): Policy {
  const lease = sessions?.lease ?? {};
  const { usual, longest, grace, warn, alive } = lease;
  const usualMs = usual ?? Math.min(USUAL_TERMS.usualMs, longest ?? USUAL_TERMS.usualMs);
  return {
    mayStart: sessions?.start ?? USUAL_POLICY.mayStart,
    mostHeld: lease.most ?? USUAL_POLICY.mostHeld,
    terms: {
      usualMs,
      longestMs: longest ?? Math.max(USUAL_TERMS.longestMs, usualMs),
      graceMs: grace ?? USUAL_TERMS.graceMs,
      warnMs: warn ?? USUAL_TERMS.warnMs,
      aliveMs: alive ?? USUAL_TERMS.aliveMs,
    },
    limits: limits.map(({ environments = [], channels = [], needs = null, atMost = null }) => ({
      environments,
      channels,
      needs,
      atMost,
    })),
    approvals: approvals.map(({ within, ...rule }) => ({ ...rule, withinMs: within })),
  };
}

/** What can only be seen by looking at several values. */
export function policyChecks(value: Readonly<Record<string, unknown>>): FileProblem[] {
  const limits = Array.isArray(value.limits) ? value.limits : [];
  const problems: FileProblem[] = limits.flatMap((limit: unknown, index) => {
    if (!isMap(limit)) return [];
    const path = ['limits', index];
    const halves: readonly [string, string][] = [
      ['environments', 'needs'],
      ['channels', 'atMost'],
    ];
    const found = halves.flatMap(([place, role]): FileProblem[] => {
      if (place in limit === role in limit) return [];
      const [there, absent] = place in limit ? [place, role] : [role, place];
      return [{ path: [...path, there], message: `means nothing without ${absent}` }];
    });
    if (found.length > 0 || 'environments' in limit || 'channels' in limit) return found;
    return [{ path, message: 'must have environments with needs, or channels with atMost' }];
  });
  return [...problems, ...leaseChecks(value.sessions)];
}

function leaseChecks(sessions: unknown): FileProblem[] {
  const lease = isMap(sessions) && isMap(sessions.lease) ? sessions.lease : {};
  const usual = msOf(lease.usual);
  const longest = msOf(lease.longest);
  if (usual === null || longest === null || usual <= longest) return [];
  return [
    { path: ['sessions', 'lease', 'usual'], message: 'must not be longer than sessions.lease.longest' },
  ];
}

/** In ms. */
export function duration() {
  const be = 'a duration such as 30s, 15m, 2h or 1h30m, at least 1s and at most 24d';
  return z.string(must(be)).transform((text, context) => {
    const ms = msOf(text);
    if (ms !== null) return ms;
    context.addIssue({ code: 'custom', message: `must be ${be}` });
    return z.NEVER;
  });
}

/** Milliseconds that fit into 31 bits, as PostgreSQL's integers do; null: it is no such duration. */
function msOf(text: unknown): number | null {
  if (typeof text !== 'string') return null;
  try {
    const ms = parseDuration(text);
    return ms >= 1_000 && ms <= 24 * 86_400_000 ? ms : null;
  } catch (error) {
    if (error instanceof DurationError) return null;
    throw error;
  }
}
