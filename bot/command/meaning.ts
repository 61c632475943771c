import { parseDuration } from '../../engine/duration.ts';
import type { Arguments } from './arguments.ts';
import type { Command, CommandOf, Verb } from './command.ts';
import type { DayCommand } from './day/acts.ts';
import { findSpec } from './registry.ts';
import type { ReadSessionVerb } from './session/commands.ts';

/** The verbs whose words are sorted; the others read them by themselves. */
export type SortedVerb = Exclude<Verb, DayCommand['verb'] | ReadSessionVerb>;

/** The command that well-formed arguments mean. */
export function meaningOf(verb: SortedVerb, given: Arguments): Command {
  return MEANINGS[verb](given);
}

const MEANINGS: { readonly [V in SortedVerb]: (given: Arguments) => CommandOf<V> } = {
  help: ({ values }) => ({ verb: 'help', topic: findSpec(values.topic ?? '')?.verb ?? null }),
  whoami: () => ({ verb: 'whoami' }),
  pool: ({ values }) => ({ verb: 'pool', pool: values.pool ?? null }),
  blueprints: ({ values }) => ({ verb: 'blueprints', name: values.blueprint ?? null }),
  envs: () => ({ verb: 'envs' }),
  provision: ({ values, settings, flags }) => ({
    verb: 'provision',
    environment: values.environment ?? '',
    blueprint: values.blueprint ?? null,
    pool: values.pool ?? null,
    settings,
    plan: flags.has('plan'),
  }),
  status: ({ values }) => ({ verb: 'status', environment: values.environment ?? null }),
  logs: ({ values }) => ({
    verb: 'logs',
    ...place(values.node),
    step: values.step ?? null,
    tail: values.tail === undefined ? null : Number(values.tail),
  }),
  inspect: ({ values }) => ({ verb: 'inspect', ...place(values.node), topic: values.topic ?? null }),
  verify: ({ values }) => ({ verb: 'verify', environment: values.environment ?? '' }),
  repair: ({ values }) => ({ verb: 'repair', environment: values.environment ?? '' }),
  diff: ({ values }) => ({
    verb: 'diff',
    environment: values.environment ?? '',
    other: values.other ?? 'baseline',
  }),
  snapshot: ({ values }) => ({
    verb: 'snapshot',
    environment: values.environment ?? '',
    name: values.name ?? '',
  }),
  promote: ({ values }) => ({ verb: 'promote', environment: values.environment ?? '' }),
  schedule: ({ values }) => ({
    verb: 'schedule',
    environment: values.environment ?? '',
    set: scheduled(values),
  }),
  reset: ({ values }) => ({
    verb: 'reset',
    environment: values.environment ?? '',
    snapshot: values.name ?? 'baseline',
  }),
  destroy: ({ values }) => ({ verb: 'destroy', environment: values.environment ?? '' }),
  run: ({ values, rest }) => {
    const { environment, node } = place(values.node);
    return { verb: 'run', environment, target: node, script: rest ?? '' };
  },
  cancel: ({ values }) => ({ verb: 'cancel', environment: values.environment ?? '' }),
  retry: ({ values }) => ({ verb: 'retry', environment: values.environment ?? '' }),
  resolve: ({ values }) => ({
    verb: 'resolve',
    environment: values.environment ?? '',
    task: values.task ?? '',
    answer: (values.answer ?? 'again') as 'done' | 'again' | 'failed',
  }),
  pinned: () => ({ verb: 'pinned' }),
  timeline: ({ values }) => ({
    verb: 'timeline',
    tail: values.tail === undefined ? null : Number(values.tail),
  }),
  report: () => ({ verb: 'report' }),
  release: ({ values }) => ({ verb: 'release', environment: values.environment ?? null }),
  leave: () => ({ verb: 'leave' }),
  who: () => ({ verb: 'who' }),
  approve: ({ values }) => ({ verb: 'approve', id: values.id === undefined ? null : Number(values.id) }),
  reject: ({ values }) => ({ verb: 'reject', id: values.id === undefined ? null : Number(values.id) }),
  notify: ({ values }) => ({
    verb: 'notify',
    verbosity: (values.verbosity ?? null) as 'quiet' | 'normal' | 'verbose' | null,
  }),
};

/** The interval of a schedule that names none. */
const USUAL_INTERVAL = '30m';

function scheduled({ what, every }: Arguments['values']): CommandOf<'schedule'>['set'] {
  if (what === 'off') return 'off';
  if (what === undefined && every === undefined) return null;
  return { everySeconds: Math.round(parseDuration(every ?? USUAL_INTERVAL) / 1000) };
}

/** `ex/compute-1` → its two parts. */
function place(text = ''): { environment: string; node: string | null } {
  const [environment = '', node = null] = text.split('/');
  return { environment, node };
}
