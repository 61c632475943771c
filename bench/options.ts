import { parseArgs } from 'node:util';

export const WORKS = ['w1', 'w2', 'w3', 'w4', 'rtt', 'inspect', 'scale', 'reported'] as const;
export type WorkId = (typeof WORKS)[number];

export interface Options {
  /** Times that every contender does each work; those that take minutes do it once. */
  readonly rounds: number;
  readonly only: ReadonlySet<WorkId>;
  /** Few nodes and one round: whether it works, not how fast it is. */
  readonly quick: boolean;
  /** Deployday alone: to look where its time goes. */
  readonly alone: boolean;
  /** On how many nodes at a time the others work; null: what is best for them. */
  readonly parallel: number | null;
  /** A folder for a CPU profile of the process; null: none is taken. */
  readonly profile: string | null;
}

export const USAGE = `npm run bench -- fanout [options]
  --only w1,w2   some of ${WORKS.join(', ')}
  --rounds N     times that every contender does each work; 3 if not given
  --quick        few nodes and one round, in a minute: whether it works, not how fast it is
  --alone        Deployday without the others
  --parallel N   the others work on so many nodes at a time, to see what is best for them
  --profile DIR  a CPU profile of Deployday's process, for Chromium or https://www.speedscope.app`;

/** What can be said about a wrong command line. */
export class UsageError extends Error {}

export function readOptions(words: readonly string[]): Options {
  const { values, positionals } = parse(words);
  if (positionals.join(' ') !== 'fanout') throw new UsageError('say what to measure: fanout');
  const only = values.only?.split(',') ?? [...WORKS];
  const unknown = only.filter((one) => !WORKS.includes(one as WorkId));
  if (unknown.length > 0)
    throw new UsageError(`--only takes some of ${WORKS.join(', ')}, not ${unknown.join(', ')}`);
  return {
    rounds: readCount('rounds', values.rounds) ?? (values.quick ? 1 : 3),
    only: new Set(only as WorkId[]),
    quick: values.quick ?? false,
    alone: values.alone ?? false,
    parallel: readCount('parallel', values.parallel),
    profile: values.profile ?? null,
  };
}

function readCount(option: string, value: string | undefined): number | null {
  if (value === undefined) return null;
  if (/^[1-9]\d{0,3}$/.test(value)) return Number(value);
  throw new UsageError(`--${option} takes a number from 1 on`);
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        rounds: { type: 'string' },
        only: { type: 'string' },
        quick: { type: 'boolean' },
        alone: { type: 'boolean' },
        parallel: { type: 'string' },
        profile: { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
