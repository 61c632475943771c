import { describe, expect, it } from 'vitest';
import { answerIn } from './phrases.ts';
import type { Strike } from './strikes.ts';
import {
  CANCEL,
  entry,
  evidence,
  journals,
  log,
  printed,
  problems,
  READY,
  s1,
  step,
  struck,
} from './went-well.ts';

/** A judge who overlooks what he is there for is worse than none. */

describe('the judge of a round', () => {
  it('has nothing against one that went well', () => expect(problems()).toBe(''));

  it('knows an answer by what it says, whichever it is', () => {
    for (const line of [
      'demo: ending "provision demo from round node=1"; its outcome follows',
      'Nothing is running on demo — status demo shows how the last run ended',
      'There is no environment demo — make one: provision demo from hello',
    ])
      expect(answerIn(line), line).toBe('cancel');
    expect(answerIn('No task of demo is unknown — status demo shows how its last run goes')).toBe('resolve');
    expect(answerIn('s1 is not unknown on demo — unknown: s2@node-1')).toBe('resolve');
    expect(answerIn('There is no environment aside-2 — environments here: demo')).toBe('aside-2');
    const away =
      'The database went away while "status aside-2 …" was being worked on. No run was started by it';
    expect(answerIn(away)).toBe('aside-2');
  });

  it('sees a step that ran twice, and one that never ran', () => {
    const twice = [entry('s1', 'begin'), entry('s1', 'ok'), entry('s1', 'begin', 2), entry('s1', 'ok', 2)];
    expect(problems(journals(...twice))).toMatch(/began 2 times where 1 were due[\s\S]*was done 2 times/);
    expect(problems(journals(entry('s1', 'begin'), entry('s1', 'begin'), entry('s1', 'ok')))).toMatch(
      /one attempt ran twice/,
    );
    expect(problems(journals())).toMatch(/was never done/);
  });

  it('lets a step run again that failed, or of which people said so, or that may after a reset, and no oftener', () => {
    const failing = step('s1', { failures: 1 });
    const story = [entry('s1', 'begin'), entry('s1', 'fail'), entry('s1', 'begin', 2), entry('s1', 'ok', 2)];
    const both = log(printed(failing) + printed(failing, 2));
    expect(problems({ step: failing, ...journals(...story), ...both })).toBe('');

    const lost = [entry('s1', 'begin'), entry('s1', 'begin', 2), entry('s1', 'ok', 2)];
    const half = log(printed(s1, 1, 1) + printed(s1, 2));
    const reset = { strikes: [struck('reset')], ...journals(...lost), ...half };
    expect(problems(reset)).toMatch(/began 2 times where 1 were due/);
    expect(problems({ ...reset, step: step('s1', { repeatable: true }) })).toBe('');
    const record = evidence().record;
    const unknown = [{ task: 's1@node-1', why: 'rebooted', answer: 'again' }];
    expect(problems({ ...reset, record: { ...record, unknown } })).toBe('');
  });

  it('lets a cancel cut short what it met under way, but not what had come to its end', () => {
    const record = { ...evidence().record, outcomes: ['demo cancelled: provision by alice'] };
    const around = { faults: [CANCEL], record, ...log(printed(s1, 1, 1) + printed(s1, 2)) };
    const [first, again] = [entry('s1', 'begin'), entry('s1', 'begin', 2)];
    expect(problems({ ...around, ...journals(first, again, entry('s1', 'ok', 2)) })).toBe('');
    const ended = journals(first, entry('s1', 'fail'), again, entry('s1', 'ok', 2));
    expect(problems({ ...around, ...ended })).toMatch(/attempt 1: line 2 should come/);
  });

  it('sees what still ran when people were told that a run had been cancelled, unless it was named', () => {
    const record = evidence().record;
    const whenTold = (line: string, ...alive: string[]) =>
      problems({ record: { ...record, cancelled: [{ line, alive }] } });
    const clean = 'demo cancelled: provision by alice, after 3 s; nothing of it runs any more.';
    const named = 'demo cancelled: provision by alice, after 3 s; left: s1@node-1 (it may still run).';
    expect(whenTold(clean)).toBe('');
    expect(whenTold(clean, 's1@node-1')).toMatch(/still ran when its end was told: s1@node-1/);
    expect(whenTold(named, 's1@node-1')).toBe('');
    expect(whenTold(named, 's1@node-1', 's2@node-1')).toMatch(/still ran when its end was told: s2@node-1/);
  });

  it('sees a takeover that took too long, unless the machine or another fault kept everybody from it', () => {
    const late = struck('kill-worker', { part: 'worker-2', takeoverMs: 18_000 });
    const found = (...strikes: Strike[]) => problems({ strikes });
    expect(found({ ...late, takeoverMs: 14_000 })).toBe('');
    expect(found(late)).toMatch(/kill-worker of worker-2 was taken over after 18000 ms/);
    expect(found({ ...late, stalledMs: 5_000 })).toBe('');
    expect(found({ ...late, stalledMs: 1_000 })).toMatch(/taken over after/);
    expect(found({ ...late, takeoverMs: 60_000, stalledMs: 59_000 })).toMatch(/taken over after/);
    expect(found(late, struck('postgres', { from: 5_000, until: 9_000 }))).toBe('');
    expect(found(late, struck('postgres', { from: 50_000, until: 59_000 }))).toMatch(/taken over after/);
  });

  it('lets a step run again whose run was cancelled, also when nobody knew what became of another task then', () => {
    const record = evidence().record;
    const story = [entry('s1', 'begin'), entry('s1', 'begin', 2), entry('s1', 'ok', 2)];
    const around = {
      faults: [CANCEL],
      strikes: [struck('reboot')],
      ...journals(...story),
      ...log(printed(s1) + printed(s1, 2)),
    };
    for (const end of [
      'demo cancelled: provision by alice',
      'demo unknown: provision: s2: the node has rebooted',
    ])
      expect(problems({ ...around, record: { ...record, outcomes: [end] } }), end).toBe('');
    expect(problems(around)).toMatch(/began 2 times/);
  });

  it('sees lines that are missing, doubled, moved, cut or nobody’s', () => {
    const lines = printed(s1).split(/(?<=\n)/);
    const wrong = [
      lines.slice(1),
      lines.slice(0, 2),
      [lines[0], ...lines],
      [lines[1], lines[0], lines[2]],
      [...lines, 'one more\n'],
      [lines[0], lines[1]?.slice(0, 9), lines[2]],
      [],
    ];
    for (const each of wrong) expect(problems(log(each.join('')))).toMatch(/should come, not|nobody printed/);
  });

  it('lets a shell say that it was ended by a cancel, also one that had not begun to print', () => {
    const twice = [entry('s1', 'begin'), entry('s1', 'fail'), entry('s1', 'begin', 3), entry('s1', 'ok', 3)];
    const around = {
      ...{ step: step('s1', { failures: 1 }), ...journals(...twice) },
      ...log(`${printed(s1, 1)}Terminated\n${printed(s1, 3)}`),
    };
    const { record } = evidence();
    const cancelled = { ...record, outcomes: ['demo cancelled: provision by console'] };
    expect(problems({ ...around })).toMatch(/should come, not|nobody printed/);
    expect(problems({ ...around, record: cancelled })).not.toMatch(/should come, not|nobody printed/);
  });

  it('lets an attempt be cut short by what happened to its machine, but no other', () => {
    const lost = [entry('s1', 'begin'), entry('s1', 'begin', 2), entry('s1', 'ok', 2)];
    const around = { step: step('s1', { repeatable: true }), ...journals(...lost) };
    const torn = `${printed(s1, 1, 1)}1: 2 of 3, pri`;
    const strikes = [struck('reboot')];
    expect(problems({ ...around, strikes, ...log(torn + printed(s1, 2)) })).toBe('');
    expect(problems({ ...around, strikes, ...log(`${torn}\n${printed(s1, 2)}`) })).toBe('');
    expect(problems({ ...around, strikes, ...log(torn + printed(s1, 2, 2)) })).toMatch(/attempt 2: line 3/);
    expect(problems({ ...around, strikes, ...log(printed(s1, 1, 1) + torn + printed(s1, 2)) })).toMatch(
      /attempt 2: line 1 should come/,
    );
  });

  it('knows what stands for lines that a full disk did not take', () => {
    const marker = '[deployday] output is missing here: it could not be written on the node (disk full?)\n';
    const text = log(`${printed(s1, 1, 1)}1: 2 of\nab12 0\n${marker}`);
    expect(problems({ strikes: [struck('disk')], ...text })).toBe('');
    expect(problems(text)).toMatch(/line 2 should come/);
  });

  it('sees questions and bad ends without a reason', () => {
    const record = evidence().record;
    const unknown = [{ task: 's1@node-1', why: 'no trace', answer: 'done' }];
    expect(problems({ record: { ...record, unknown } })).toMatch(
      /asked about s1@node-1 without a reason: no trace/,
    );
    expect(problems({ record: { ...record, unknown }, strikes: [struck('reset')] })).toBe('');
    const outcomes = ['demo broke: provision could not find out'];
    expect(problems({ record: { ...record, outcomes } })).toMatch(/ended badly without a reason/);
  });

  it('sees what is left undone, what still runs, and processes that ended by themselves', () => {
    expect(problems({ runState: 'running' })).toMatch(/the run of provision 1 is running/);
    expect(problems({ environmentState: 'provisioning' })).toMatch(/the environment is provisioning/);
    expect(problems({ tasks: [{ step: 's1', node: 'node-1', state: 'skipped' }] })).toMatch(
      /s1@node-1 of provision 1 is skipped/,
    );
    expect(problems({ leftovers: ['sleep 300 run-0-1'] })).toMatch(/still runs: sleep 300/);
    expect(problems({ endedByThemselves: ['worker-2 ended by itself'] })).toMatch(/worker-2/);
  });

  it('counts answers and outcomes', () => {
    const { heard, record } = evidence();
    expect(problems({ heard: heard.slice(0, 2) })).toMatch(/an outcome came 0 times, not 1/);
    expect(problems({ heard: [...heard, { at: 4, line: READY }] })).toMatch(/an outcome came 2 times, not 1/);
    expect(problems({ heard: heard.slice(1) })).toMatch(/an answer to provision came 0 times/);
    const again = [...heard, { at: 4, line: 'There is no environment aside-1' }];
    expect(problems({ heard: again })).toMatch(/an answer to aside-1 came 2 times/);
    // Unless it was said twice.
    expect(problems({ heard: again, record: { ...record, said: new Map([['status aside-1', 2]]) } })).toBe(
      '',
    );
    const ignored = [{ at: 5_000, line: 'status aside-2' }];
    expect(problems({ record: { ...record, ignored } })).toMatch(/nothing was done with the line/);
  });

  it('lets an outcome be told again by whoever comes after a process that was killed while it told it', () => {
    const { heard } = evidence();
    const told = [...heard, { at: 9_000, line: READY }];
    expect(problems({ heard: told, strikes: [struck('kill', { part: 'all', from: 10 })] })).toBe('');
    expect(problems({ heard: told, strikes: [struck('kill', { part: 'all', from: 5_000 })] })).toMatch(
      /an outcome/,
    );
    expect(problems({ heard: told, strikes: [struck('cut', { from: 10 })] })).toMatch(/an outcome/);
  });

  it('sees a step run that was done already: before the round, by its own end, or in the first provision', () => {
    const made = step('s1', { doneIf: true, made: [1] });
    expect(problems({ step: made, ...journals(), ...log('') })).toBe('');
    expect(problems({ step: made })).toMatch(/s1@node-1 was done already, and began/);
    // Somewhere else it was not made.
    const elsewhere = step('s1', { doneIf: true, made: [2] });
    expect(problems({ step: elsewhere, ...journals(), ...log('') })).toMatch(/was never done/);
    expect(problems({ step: elsewhere })).toBe('');

    const repeatable = step('s1', { doneIf: true, repeatable: true });
    const story = [entry('s1', 'begin'), entry('s1', 'ok'), entry('s1', 'begin', 2), entry('s1', 'ok', 2)];
    const around = {
      strikes: [struck('reset')],
      ...journals(...story),
      ...log(printed(s1) + printed(s1, 2)),
    };
    expect(problems({ ...around, step: repeatable })).toMatch(/began again although its done_if held/);
    expect(problems({ ...around, step: { ...repeatable, doneIf: false } })).toBe('');
  });
});
