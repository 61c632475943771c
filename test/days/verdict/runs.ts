import type { Evidence, RunRow } from './evidence.ts';

/** A retry goes on with what was agreed to. */
const CHANGING = ['provision', 'reset', 'destroy', 'snapshot', 'exec', 'retry'];

/** No change without the lease, the role, and the agreement that it takes. */
export function runProblems({
  runs,
  events,
  adminPersons,
}: Pick<Evidence, 'runs' | 'events' | 'adminPersons'>): string[] {
  const approved = new Set(
    events
      .filter(({ kind }) => kind === 'approval.started')
      .map(({ tx, environment }) => `${tx} ${environment}`),
  );
  const seen = new Set<number>();
  return runs.flatMap((run) => {
    const problems = CHANGING.includes(run.kind) ? [...leaseOf(run), ...roleOf(run, adminPersons)] : [];
    const isFirst = !seen.has(run.environment);
    seen.add(run.environment);
    if (!isFirst && needsAgreement(run) && !approved.has(`${run.tx} ${run.environment}`)) {
      problems.push('nobody had agreed to it');
    }
    return problems.map(
      (problem) => `run ${run.run}, ${run.kind} of ${run.name} by ${run.person}: ${problem}`,
    );
  });
}

function leaseOf({ person, holder, queue }: RunRow): string[] {
  if (holder !== null && holder !== person) return [`${holder} holds it`];
  if (holder === null && queue.length > 0) return [`it is the turn of ${queue[0]}`];
  return [];
}

function roleOf({ person, role, name, kind, creator }: RunRow, admins: ReadonlySet<number>): string[] {
  if (person === null) return ['nobody began it'];
  if (admins.has(person)) return [];
  const isOperator = role === 'operator' || role === 'admin';
  if (role === 'observer') return ['an observer began it'];
  if (name.startsWith('core-') && !isOperator) return ['only operators may change it'];
  if (kind === 'destroy' && !isOperator && creator !== person) return ['only operators may destroy it'];
  return [];
}

/** As `APPROVALS` of the stage and the blueprint say. */
function needsAgreement({ kind, name }: RunRow): boolean {
  return kind === 'destroy' || (name.startsWith('gold-') && (kind === 'reset' || kind === 'exec'));
}
