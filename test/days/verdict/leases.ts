import type { EventRow, Evidence, LeaseRow } from './evidence.ts';

/** One holder per environment, in the order of the queue, with a reason for each change of hands. */
export function leaseProblems({
  leases,
  events,
  adminPersons,
}: Pick<Evidence, 'leases' | 'events' | 'adminPersons'>): string[] {
  const byTx = new Map<string, EventRow[]>();
  for (const event of events) byTx.set(event.tx, [...(byTx.get(event.tx) ?? []), event]);
  const last = new Map<number, LeaseRow>();
  const problems: string[] = [];
  for (const row of leases.toSorted((a, b) => a.seq - b.seq)) {
    const told = (byTx.get(row.tx) ?? []).filter(
      ({ environment, kind }) => environment === row.environment && kind.startsWith('lease.'),
    );
    const before = renamed(last.get(row.environment) ?? NOBODY, row.same);
    for (const problem of [
      ...stateProblems(row),
      ...orderProblems(before, row),
      ...handProblems(before, row, told, adminPersons),
    ]) {
      problems.push(
        `environment ${row.environment}, step ${row.seq}: ${problem} (${shown(before)} → ${shown(row)}; told ${told.map(({ kind }) => kind).join(', ') || 'nothing'})`,
      );
    }
    last.set(row.environment, row);
  }
  return problems;
}

type Standing = Pick<LeaseRow, 'holder' | 'handoff' | 'queue'>;
const NOBODY: Standing = { holder: null, handoff: null, queue: [] };

function stateProblems({ holder, queue }: Standing): string[] {
  return [
    ...(holder !== null && queue.includes(holder) ? ['the holder waits for it, too'] : []),
    ...(new Set(queue).size < queue.length ? ['somebody waits twice'] : []),
  ];
}

/** Whoever goes on waiting keeps the order, and whoever is new comes last. */
function orderProblems(before: Standing, after: Standing): string[] {
  const stayed = before.queue.filter((person) => after.queue.includes(person));
  const rest = after.queue.filter((person) => before.queue.includes(person));
  const problems = stayed.join() === rest.join() ? [] : ['the order of the queue has changed'];
  const firstNew = after.queue.findIndex((person) => !before.queue.includes(person));
  if (firstNew >= 0 && firstNew < rest.length) problems.push('somebody new is not last in the queue');
  return problems;
}

function handProblems(
  before: Standing,
  after: LeaseRow,
  told: readonly EventRow[],
  admins: ReadonlySet<number>,
): string[] {
  if (before.holder === after.holder) return [];
  const has = (kind: string) => told.some((event) => event.kind === `lease.${kind}`);
  if (after.holder === null) {
    return has('expired') || has('released') || has('ended') ? [] : ['it was taken away without a word'];
  }
  if (has('taken-over')) {
    const may = admins.has(after.holder) || ['operator', 'admin'].includes(after.holder_role ?? '');
    return may ? [] : ['somebody who is no operator took it over'];
  }
  if (has('handed-over')) {
    return before.handoff === after.holder ? [] : ['it went to somebody whom it was not offered to'];
  }
  if (!has('claimed')) return ['it changed hands without a word'];
  if (before.holder !== null && !has('expired')) return ['it was claimed while somebody held it'];
  const passed = told.filter(({ kind }) => kind === 'lease.turn-passed').map(({ person }) => person);
  const [first] = before.queue.filter((person) => !passed.includes(person));
  return first === undefined || first === after.holder ? [] : ['it was claimed out of turn'];
}

/** As the persons are known who turned out to be one. */
function renamed({ holder, handoff, queue }: Standing, same: Readonly<Record<string, number>>): Standing {
  const name = (person: number): number => {
    const other = same[String(person)];
    return other === undefined ? person : name(other);
  };
  const now = holder === null ? null : name(holder);
  const waiting = [...new Set(queue.map(name))].filter((person) => person !== now);
  return { holder: now, handoff: handoff === null ? null : name(handoff), queue: waiting };
}

function shown({ holder, handoff, queue }: Standing): string {
  return `${holder ?? '-'}${handoff === null ? '' : ` to ${handoff}`} [${queue.join(' ')}]`;
}
