import { expect, test } from 'vitest';
import { wholeApproval } from '../../sessions/preview.ts';

test('all of an approval is text in which nothing is cut and nothing hides', () => {
  const script = `echo ${'a'.repeat(5_000)}\nrm -rf /srv # \u202e\x1b[8m`;
  const text = wholeApproval({
    id: 3,
    state: 'open',
    asker: 'alice',
    environment: 'ex',
    command: 'retry ex',
    why: 'the configuration wants run of ex approved',
    preview: {
      kind: 'retry',
      repeats: `run ex -- ${script}`,
      nodes: ['one', 'two'],
      steps: [{ title: script, nodes: 2, destructive: true }],
    },
    needed: 2,
    role: 'operator',
    expiresAt: new Date('2012-03-08T10:00:00Z'),
  });
  const shown = `echo ${'a'.repeat(5_000)}\n  rm -rf /srv # \\u{202e}\\u{1b}[8m`;
  expect(text).toBe(`Approval 3 (open, until 2012-03-08T10:00:00.000Z)
It takes 2 persons who are operator or more, other than alice: the configuration wants run of ex approved

What alice wants, on ex:
  retry ex

which goes on with what is left of:
  run ex -- ${shown}

Steps:
  1. ${shown} (on 2 of the nodes) (destructive)

Nodes (2):
  one, two
`);
});
