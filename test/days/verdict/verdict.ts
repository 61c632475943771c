import { codeIn } from '../linking.ts';
import { approvalProblems } from './approvals.ts';
import type { Answered, Evidence } from './evidence.ts';
import { leaseProblems } from './leases.ts';
import { runProblems } from './runs.ts';

/** Everything about a day that is not as it must be. */
export function problemsOf(evidence: Evidence): string[] {
  return [
    ...leaseProblems(evidence),
    ...runProblems(evidence),
    ...approvalProblems(evidence),
    ...evidence.answers.flatMap((answered) => answerProblems(answered, evidence.public)),
    ...evidence.departures
      .filter(({ left_over }) => left_over > 0)
      .map(
        ({ person, left_over }) => `person ${person} has left and still has ${left_over} leases or places`,
      ),
    ...evidence.outcomes,
    ...evidence.leftovers
      .filter(({ count }) => count > 0)
      .map(({ what, count }) => `at the end: ${count} ${what}`),
    ...evidence.public
      .filter((text) => codeIn(text) !== null)
      .map((text) => `a code was shown to everybody: ${text}`),
    ...(evidence.report.status === 200 && evidence.report.participants > 0
      ? []
      : [`the report: status ${evidence.report.status}, ${evidence.report.participants} participants`]),
    ...evidence.broken.map((line) => `the bot's log: ${line}`),
  ];
}

/** What people read where the bot has not acted on what they said. */
const OWNS_UP = /\bI was (away|started anew)\b/;

/** Every command that was taken in is answered exactly once. `shown`: all that the bot has said in rooms. */
export function answerProblems(
  { spoken, received, isOwnedUp, isAnswered, written, seen }: Answered,
  shown: readonly string[],
): string[] {
  const { text, account } = spoken;
  const problems: string[] = [];
  if (received > 1) problems.push(`taken in ${received} times`);
  if (received > 0 && !isAnswered) problems.push('taken in and not answered');
  if (written.length > received) problems.push(`answered ${written.length} times`);
  if (received > 0 && written.length === 0) problems.push('no answer was written down');
  if (isOwnedUp && received > 0) problems.push('taken in, and said not to be');
  if (isOwnedUp && spoken.where === 'room' && !shown.some((line) => OWNS_UP.test(line)))
    problems.push('nobody was told that the bot was away');
  const unsent = written.filter((state) => state !== 'sent');
  if (unsent.length > 0) problems.push(`its answer is ${unsent.join(', ')}`);
  // Where IRC keeps no history, a line that was under way when the bot was killed may come twice.
  const mayRepeat = account.service === 'irc' && spoken.where === 'private';
  if (written.length === 1 && unsent.length === 0 && seen.length !== 1 && !(mayRepeat && seen.length > 1)) {
    problems.push(`its answer was seen ${seen.length} times: ${seen.join(' | ')}`);
  }
  return problems.map(
    (problem) => `"${text}" of ${account.handle} on ${account.service} (${spoken.where}): ${problem}`,
  );
}
