import type { AccountRow, ApprovalRow, Evidence } from './evidence.ts';

const ROLES = ['observer', 'participant', 'operator', 'admin'];

/** Enough different humans of the role agreed, as far as the bot could know, and none of them had asked. */
export function approvalProblems({
  approvals,
  accounts,
  admins,
}: Pick<Evidence, 'approvals' | 'accounts' | 'admins'>): string[] {
  const asked = new Map<number, number>();
  const over = new Map<number, string>();
  return approvals
    .toSorted((a, b) => a.seq - b.seq)
    .flatMap((row) => {
      if (!asked.has(row.approval)) asked.set(row.approval, row.seq);
      const problems: string[] = [];
      const before = over.get(row.approval);
      if (before !== undefined && !(before === 'approved' && FROM_APPROVED.includes(row.state))) {
        problems.push(`it was ${before}, and became ${row.state}`);
      }
      if (row.state !== 'open') over.set(row.approval, row.state);
      if (row.state === 'approved' || row.state === 'started') {
        const count = personsOf(row, asked.get(row.approval) ?? 0, accounts, admins);
        if (count < row.needed) problems.push(`${row.state} with ${count} of ${row.needed} persons`);
      }
      return problems.map((problem) => `approval ${row.approval}: ${problem}`);
    });
}

const FROM_APPROVED = ['started', 'void', 'expired', 'rejected'];

/** Different persons of the role among those who agreed; accounts that were one person's since it was asked for are one. */
function personsOf(
  { seq, role, asker, agreed }: ApprovalRow,
  askedAt: number,
  accounts: readonly AccountRow[],
  admins: ReadonlySet<string>,
): number {
  const may = agreed.filter(
    (each) => admins.has(each.identity) || ROLES.indexOf(each.role ?? 'participant') >= ROLES.indexOf(role),
  );
  const groups = new Map<string, string>();
  const root = (identity: string): string => {
    const next = groups.get(identity);
    return next === undefined || next === identity ? identity : root(next);
  };
  const now = new Map<string, number>();
  const join = () => {
    const firstOf = new Map<number, string>();
    for (const [identity, person] of now) {
      const first = firstOf.get(person);
      if (first === undefined) firstOf.set(person, identity);
      else groups.set(root(identity), root(first));
    }
  };
  let isAsked = false;
  for (const account of accounts.toSorted((a, b) => a.seq - b.seq)) {
    if (account.seq > seq) break;
    // As things stood when it was asked for, and after each change since.
    if (!isAsked && account.seq > askedAt) {
      isAsked = true;
      join();
    }
    now.set(account.identity, account.person);
    if (isAsked) join();
  }
  join();
  return new Set(may.map(({ identity }) => root(identity)).filter((each) => each !== root(asker))).size;
}
