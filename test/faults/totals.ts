import { KIND_NAMES, type Kind } from './plan.ts';
import type { RoundResult } from './round.ts';
import { lateBecause } from './verdict.ts';

/** A round in one line. */
export function roundLine({
  plan,
  strikes,
  problems,
  tookMs,
  unknown,
  repeats,
  folder,
}: RoundResult): string {
  const { shape, seed, machines, steps, copies, playbook, again: isAgain } = plan;
  const files = copies.length > 0 ? `+${copies.length} files` : '';
  const processes = shape.kind === 'single' ? 'single' : `${shape.bots} bot ${shape.workers} worker`;
  const struck = strikes.map(({ kind, machine, part, takeoverMs }) => {
    const taken = takeoverMs === null ? '' : ` taken over in ${(takeoverMs / 1000).toFixed(1)} s`;
    return `${kind}(${part || machine})${taken}`;
  });
  const words = [
    problems.length === 0 ? 'ok    ' : 'FAILED',
    `seed=${seed}`,
    plan.kind,
    processes,
    `${machines}×${steps.length}${files}${playbook ? '+playbook' : ''}${isAgain ? ' twice' : ''}`,
    `${(tookMs / 1000).toFixed(1)} s`,
    struck.join(', ') || 'nothing struck',
    ...(unknown > 0 ? [`${unknown} unknown`] : []),
    ...(repeats > 0 ? [`${repeats} repeated`] : []),
  ];
  const again = `npm run test:faults -- --rounds 1 --seed ${seed} --only ${plan.kind}`;
  const more = problems.length === 0 ? [] : [...problems, `kept in ${folder}`, `again: ${again}`];
  return [words.join(' · '), ...more.map((line) => `       ${line}`)].join('\n');
}

interface Total {
  rounds: number;
  failed: number;
  strikes: number;
  steps: number;
  lines: number;
  unknown: number;
  repeats: number;
  takeoversMs: number[];
  /** Takeovers that took too long, with a reason. */
  late: { load: number; 'another fault': number };
}

/** Counts per kind of fault, as a table in Markdown. */
export function totalsTable(results: readonly RoundResult[]): string {
  const totals = new Map<Kind, Total>();
  for (const { plan, strikes, problems, steps, lines, unknown, repeats } of results) {
    const total = totals.get(plan.kind) ?? none();
    totals.set(plan.kind, total);
    total.rounds += 1;
    total.failed += problems.length > 0 ? 1 : 0;
    total.steps += steps;
    total.lines += lines;
    total.unknown += unknown;
    total.repeats += repeats;
    for (const strike of strikes) {
      const of = totals.get(strike.kind) ?? none();
      totals.set(strike.kind, of);
      of.strikes += 1;
      if (strike.takeoverMs !== null) of.takeoversMs.push(strike.takeoverMs);
      const late = lateBecause(strike, strikes);
      if (late === 'load' || late === 'another fault') of.late[late] += 1;
    }
  }
  const rows = KIND_NAMES.flatMap((kind) => {
    const total = totals.get(kind);
    return total ? [row(kind, total)] : [];
  });
  const all = [...totals.values()].reduce(added, none());
  return [
    '| fault | rounds | of them failed | struck | steps run | lines checked | people asked | repeated | taken over | median | longest | late (load) | late (another fault) |',
    '|---|---|---|---|---|---|---|---|---|---|---|---|---|',
    ...rows,
    row('all', all),
  ].join('\n');
}

const none = (): Total => ({
  ...{ rounds: 0, failed: 0, strikes: 0, steps: 0, lines: 0, unknown: 0, repeats: 0 },
  takeoversMs: [],
  late: { load: 0, 'another fault': 0 },
});

const added = (a: Total, b: Total): Total => ({
  rounds: a.rounds + b.rounds,
  failed: a.failed + b.failed,
  strikes: a.strikes + b.strikes,
  steps: a.steps + b.steps,
  lines: a.lines + b.lines,
  unknown: a.unknown + b.unknown,
  repeats: a.repeats + b.repeats,
  takeoversMs: [...a.takeoversMs, ...b.takeoversMs],
  late: {
    load: a.late.load + b.late.load,
    'another fault': a.late['another fault'] + b.late['another fault'],
  },
});

function row(name: string, total: Total): string {
  const { rounds, failed, strikes, steps, lines, unknown, repeats, takeoversMs, late } = total;
  const sorted = takeoversMs.toSorted((a, b) => a - b);
  const seconds = (ms: number | undefined) => (ms === undefined ? '' : `${(ms / 1000).toFixed(1)} s`);
  const median = seconds(sorted[Math.floor(sorted.length / 2)]);
  const cells = [
    name,
    rounds,
    failed,
    strikes,
    steps,
    lines,
    unknown,
    repeats,
    sorted.length || '',
    median,
    seconds(sorted.at(-1)),
    late.load || '',
    late['another fault'] || '',
  ];
  return `| ${cells.join(' | ')} |`;
}
