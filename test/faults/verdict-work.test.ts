import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { contentOf } from './blueprint.ts';
import type { Copied } from './evidence.ts';
import type { Entry } from './journal.ts';
import type { CopyPlan } from './plan.ts';
import { entry, evidence, journals, printed, problems, READY, s1, step, struck } from './went-well.ts';

/** What the judge makes of the kinds of work that a round may have beside its steps. */

describe('the judge of a round with a second provision', () => {
  const other = (what: Entry['what'], attempt = 1): Entry => ({
    ...entry('s1', what, attempt),
    task: `other-s1-${attempt}`,
  });
  const { heard: once, record } = evidence();
  const heard = [
    ...once,
    { at: 101, line: 'demo: provisioning … watch http://127.0.0.1:1/runs/2' },
    { at: 102, line: READY.replace('runs/1', 'runs/2') },
  ];
  const accepted = [...record.accepted, { at: 100, line: 'provision demo' }];
  const twice = { again: true, heard, outcomes: 2, record: { ...record, accepted } };
  const first = [entry('s1', 'begin'), entry('s1', 'ok')];
  const after = { entriesBefore: [2] };
  const both = { ...twice, ...journals(...first, other('begin'), other('ok')), second: after };
  const onlyFirst = { ...twice, ...journals(...first), second: { ...after, logs: new Map() } };
  const done = step('s1', { doneIf: true });

  it('wants what has no done_if once more, and what is done not', () => {
    expect(problems(both)).toBe('');
    expect(problems(onlyFirst)).toMatch(/s1@node-1 of provision 2 was never done/);
    expect(problems({ ...onlyFirst, step: done })).toBe('');
    expect(problems({ ...both, step: done })).toMatch(/of provision 2 was done already, and began/);
  });

  it('wants no failure of it that was due in the first, and no attempt of the first', () => {
    const failing = step('s1', { failures: 1 });
    const failed = [entry('s1', 'begin'), entry('s1', 'fail'), entry('s1', 'begin', 2), entry('s1', 'ok', 2)];
    const logs = new Map([['s1@node-1', printed(failing) + printed(failing, 2)]]);
    const once = new Map([['s1@node-1', printed(failing)]]);
    const second = { entriesBefore: [4], logs: once };
    const good = { ...twice, step: failing, logs, second };
    expect(problems({ ...good, ...journals(...failed, other('begin'), other('ok')) })).toBe('');
    const late = [other('begin'), other('fail'), other('begin', 2), other('ok', 2)];
    expect(problems({ ...good, second: { ...second, logs }, ...journals(...failed, ...late) })).toMatch(
      /of provision 2 failed 1 times instead of 0/,
    );
    expect(problems({ ...both, ...journals(...first, ...first) })).toMatch(/one attempt ran twice/);
  });

  it('takes what happened in the one for no excuse in the other', () => {
    const repeatable = step('s1', { repeatable: true });
    const story = [...first, other('begin'), other('ok'), other('begin', 2), other('ok', 2)];
    const logs = new Map([['s1@node-1', printed(s1) + printed(s1, 2)]]);
    const around = { ...both, step: repeatable, ...journals(...story), second: { ...after, logs } };
    expect(problems({ ...around, strikes: [struck('reset', { from: 10, until: 20 })] })).toMatch(
      /of provision 2 began 2 times where 1 were due/,
    );
    expect(problems({ ...around, strikes: [struck('reset', { from: 110, until: 120 })] })).toBe('');
  });

  it('reads the log of each', () => {
    const short = new Map([['s1@node-1', printed(s1, 1, 2)]]);
    expect(problems({ ...both, second: { ...after, logs: short } })).toMatch(
      /of provision 2, attempt 1: line 3 should come/,
    );
    expect(problems({ ...both, second: { ...after, runState: 'running' } })).toMatch(
      /the run of provision 2 is running/,
    );
    expect(problems({ ...twice, again: false })).toBe('');
    expect(problems({ ...both, provisions: evidence().provisions })).toMatch(/1 provisions, not 2/);
  });
});

describe('the judge of a round with files', () => {
  const copy: CopyPlan = { id: 'c1', bytes: 100, mode: 0o640, needs: [], usedBy: ['s1'] };
  const content = contentOf(evidence().plan, copy);
  const sha256 = createHash('sha256').update(content).digest('hex');
  const found = { ...entry('s1', 'begin'), what: 'found' as const, copy: 'c1', sha256 };
  const landed = (text: string, more: Partial<Copied> = {}) => ({
    copies: [copy],
    ...journals(entry('s1', 'begin'), found, entry('s1', 'ok')),
    copied: new Map([
      ['c1@node-1', { content: Buffer.concat([content, Buffer.from(text)]), mode: copy.mode, ...more }],
    ]),
  });
  const used = 'run-s1-1\n';

  it('wants them there, whole, with their mode', () => {
    expect(problems(landed(used))).toBe('');
    expect(problems({ ...landed(used), copied: new Map() })).toMatch(/c1@node-1 has not landed/);
    expect(problems(landed(used, { mode: 0o600 }))).toMatch(/has mode 600, not 640/);
    const cut = Buffer.concat([content.subarray(1), Buffer.from(used)]);
    expect(problems(landed('', { content: cut }))).toMatch(/c1@node-1 is not what was copied/);
    const torn = journals(entry('s1', 'begin'), { ...found, sha256: 'another' }, entry('s1', 'ok'));
    expect(problems({ ...landed(used), ...torn })).toMatch(/was not whole when run-s1-1 came/);
  });

  it('wants them to land before what comes after them, and not once more', () => {
    expect(problems(landed(''))).toMatch(/landed once more after run-s1-1 had used it/);
    expect(problems(landed(used + used))).toMatch(/used twice by one attempt/);
    expect(problems(landed(`${used}earlier-s1-1\n`))).toMatch(/did not land anew: earlier-s1-1/);
  });

  it('wants nothing left beside them, unless the machine lost its power', () => {
    const left = { ...landed(used), beside: [['.deployday.12']] };
    expect(problems(left)).toMatch(/left beside the files on node-1: .deployday.12/);
    expect(problems({ ...left, strikes: [struck('cut'), struck('disk')] })).toMatch(/left beside/);
    expect(problems({ ...left, strikes: [struck('reboot')] })).toBe('');
  });
});

describe('the judge of a round with a playbook', () => {
  const p1 = { id: 'p1', needs: [], repeatable: false, ms: 0 };
  const record = evidence().record;
  const came = (...words: Entry['what'][]) => {
    const play = words.map((what, i) => ({ ...entry('p1', what), task: `play-${Math.floor(i / 2)}-1` }));
    return { playbook: p1, ...journals(entry('s1', 'begin'), entry('s1', 'ok'), ...play) };
  };
  const killed = { strikes: [struck('kill-worker', { part: 'worker-1' })] };
  const asked = (answer: string) => ({
    record: { ...record, unknown: [{ task: 'p1', why: 'the worker ended', answer }] },
  });

  it('wants it done, and nowhere twice', () => {
    expect(problems(came('begin', 'ok'))).toBe('');
    expect(problems(came())).toMatch(/p1@node-1 was never done/);
    expect(problems(came('begin', 'ok', 'begin', 'ok'))).toMatch(/p1@node-1 came to node-1 2 times where 1/);
  });

  it('lets it come again when its worker ended and people said so, or it may be repeated, or a machine was away', () => {
    const twice = came('begin', 'ok', 'begin', 'ok');
    const killedAt = (until: number) => [struck('kill-worker', { from: 2, until })];
    expect(problems({ ...twice, strikes: killedAt(2) })).toMatch(/came to node-1 2 times/);
    expect(problems({ ...twice, ...asked('again'), strikes: killedAt(2) })).toBe('');
    expect(problems({ ...twice, playbook: { ...p1, repeatable: true }, strikes: killedAt(2) })).toBe('');
    const away = { record: { ...record, outcomes: ['demo broke: provision could not find out: p1'] } };
    expect(problems({ ...twice, ...away })).toMatch(/ended badly without a reason/);
    expect(problems({ ...twice, ...away, strikes: [struck('cut', { from: 2, until: 2 })] })).toBe('');
  });

  it('wants nobody asked about it whose worker was well', () => {
    expect(problems({ ...came('begin', 'ok'), ...asked('done') })).toMatch(/asked about p1 without a reason/);
    // After it was over.
    expect(problems({ ...came('begin', 'ok'), ...asked('done'), ...killed })).toMatch(/asked about p1/);
    const strikes = [struck('pause', { from: 2, until: 2 })];
    expect(problems({ ...came('begin', 'ok'), ...asked('done'), strikes })).toBe('');
  });
});
