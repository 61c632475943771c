import { type Company, castOf, type Human } from './cast.ts';
import { type Random, randomOf } from './random.ts';

/** What happens to the bot and its services in the middle of a day. */
export const TROUBLES = {
  kill: 'the bot is killed (SIGKILL) while people talk, and started again',
  restart: 'the bot is ended and started again',
  'slack-sockets': "Slack's sockets are dropped",
  'discord-gateway': "Discord's gateway drops the session, which is then resumed or begun anew",
  'irc-people': 'people on IRC lose their connections, and come back under their accounts',
} as const;
export type Trouble = keyof typeof TROUBLES;
export const TROUBLE_NAMES = Object.keys(TROUBLES) as Trouble[];

export interface DayPlan {
  readonly seed: number;
  readonly humans: readonly Human[];
  /** Things that people do, after they have come. */
  readonly acts: number;
  /** From the first to the last of them, in ms of the day's clock. */
  readonly lengthMs: number;
  readonly environments: readonly string[];
  /** Slack's rooms are told what happens, at a post a second: such a day takes longer. On others they are for questions. */
  readonly slackIsTold: boolean;
  /** Nobody ends the session when people go home. */
  readonly isForgotten: boolean;
  /** In order; `before`: the act that it comes before. */
  readonly troubles: readonly { readonly before: number; readonly kind: Trouble }[];
}

export interface Size {
  readonly company: Company;
  readonly acts: number;
  readonly environments: number;
  readonly troubles: number;
}

const HOUR = 3_600_000;
/** Those whose names begin with gold are reset with the agreement of two; those that begin with core are the operators'. */
const ENVIRONMENTS = ['gold-a', 'core-b', 'ex-c', 'ex-d', 'ex-e', 'gold-f'] as const;

/** Everything about a day that its seed decides. What people do follows from the seed and from what has happened by then. */
export function planDay(seed: number, size: Size): DayPlan {
  const random = randomOf(seed);
  const kinds: Trouble[] = ['kill', 'restart', ...others(random, size.troubles)].slice(
    0,
    size.troubles,
  ) as Trouble[];
  return {
    seed,
    humans: castOf(size.company, random),
    acts: size.acts,
    lengthMs: (4 + random.below(4)) * HOUR,
    environments: ENVIRONMENTS.slice(0, size.environments),
    slackIsTold: seed % 10 === 0,
    isForgotten: seed % 2 === 1,
    troubles: random
      .shuffled(kinds)
      .map((kind) => ({ kind, before: 1 + random.below(size.acts - 1) }))
      .sort((a, b) => a.before - b.before),
  };
}

function others(random: Random, count: number): Trouble[] {
  return Array.from({ length: Math.max(0, count - 2) }, () =>
    random.pick<Trouble>(['kill', 'slack-sockets', 'discord-gateway', 'irc-people', 'irc-people']),
  );
}

/** The day's clock begins at this time, which no clock of a machine tells that plays days. */
export const MORNING = Date.parse('2031-03-13T09:00:00Z');
