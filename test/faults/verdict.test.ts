import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { contentOf, lineOf, nodeName } from './blueprint.ts';
import type { Copied, Evidence, Provision } from './evidence.ts';
import type { Entry } from './journal.ts';
import { answerIn } from './phrases.ts';
import type { CopyPlan, RoundPlan, StepPlan } from './plan.ts';
import type { Strike } from './strikes.ts';
import { problemsOf } from './verdict.ts';

/** A judge who overlooks what he is there for is worse than none. */

const step = (id: string, more: Partial<StepPlan> = {}): StepPlan => ({
  id,
  needs: [],
  heavy: false,
  repeatable: false,
  failures: 0,
  lines: 3,
  bursts: 1,
  ms: 0,
  torn: false,
  doneIf: false,
  made: [],
  ...more,
});

const entry = (id: string, what: Entry['what'], attempt = 1, machine = 1): Entry => ({
  task: `run-${id}-${attempt}`,
  attempt,
  step: id,
  node: nodeName(machine),
  what,
});

const printed = (of: StepPlan, attempt = 1, lines = of.lines) =>
  Array.from({ length: lines }, (_, i) => `${lineOf(of, 'node-1', attempt, i + 1)}\n`).join('');

const struck = (kind: Strike['kind'], more: Partial<Strike> = {}): Strike => ({
  kind,
  machine: 1,
  part: '',
  from: 1_000,
  until: 2_000,
  takeoverMs: null,
  stalledMs: 0,
  entries: 1,
  ...more,
});

const READY = 'demo ready in 1 s: 1 check passed, baseline kept. http://127.0.0.1:1/runs/1';
const s1 = step('s1');

type Changes = Partial<Evidence> &
  Partial<Pick<RoundPlan, 'faults' | 'copies' | 'playbook' | 'again'>> & {
    step?: StepPlan;
    /** Of the first provision. */
    tasks?: Provision['tasks'];
    logs?: Provision['logs'];
    runState?: string;
    /** What the second one changes of the first, if there is one. */
    second?: Partial<Provision>;
  };

/** A round of one step on one machine in which all was well, but for what is changed. */
function evidence(changes: Changes = {}) {
  const { step: only = s1, faults = [], copies = [], playbook = null, again = false, ...others } = changes;
  const { tasks, logs, runState, second, ...more } = others;
  const first: Provision = {
    from: 1,
    until: 3,
    entriesBefore: [0],
    before: { unknown: 0, outcomes: 0 },
    tasks: tasks ?? [{ step: 's1', node: 'node-1', state: 'done' }],
    logs: logs ?? new Map([['s1@node-1', printed(only)]]),
    runState: runState ?? 'succeeded',
  };
  const whole: Evidence = {
    plan: {
      seed: 1,
      kind: 'cut',
      shape: { kind: 'single' },
      machines: 1,
      heavySlots: 1,
      steps: [only],
      copies,
      playbook,
      again,
      faults,
    },
    journals: [[entry('s1', 'begin'), entry('s1', 'ok')]],
    provisions: again ? [first, { ...first, from: 100, until: 200, ...second }] : [first],
    copied: new Map(),
    beside: [[]],
    environmentState: 'ready',
    heard: [
      { at: 1, line: 'demo: provisioning … watch http://127.0.0.1:1/runs/1' },
      { at: 2, line: 'There is no environment aside-1 — environments here: demo' },
      { at: 3, line: READY },
    ],
    record: {
      accepted: [
        { at: 1, line: 'provision demo from round node=1' },
        { at: 1, line: 'status aside-1' },
      ],
      said: new Map(),
      ignored: [],
      unknown: [],
      outcomes: [],
      cancelled: [],
    },
    strikes: [],
    outcomes: 1,
    leftovers: [],
    endedByThemselves: [],
    ...more,
  };
  return whole;
}
const problems = (changes?: Changes) => problemsOf(evidence(changes)).join('\n');
const journals = (...entries: Entry[]) => ({ journals: [entries] });
const log = (text: string) => ({ logs: new Map([['s1@node-1', text]]) });

describe('the judge of a round', () => {
  it('has nothing against one that went well', () => expect(problems()).toBe(''));

  it('knows an answer by what it says, whichever it is', () => {
    for (const line of [
      'demo: ending "provision demo from round node=1"; its outcome follows',
      'Nothing is running on demo — status demo shows how the last run ended',
      'There is no environment demo — make one: provision demo from hello',
    ])
      expect(answerIn(line), line).toBe('cancel');
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
    const moment = { after: 'typed', ms: 0 } as const;
    const cancel = {
      kind: 'cancel',
      moment,
      machine: 1,
      downMs: 0,
      times: 1,
      room: 0,
      aimed: true,
      inSecond: false,
    } as const;
    const around = { faults: [cancel], record, ...log(printed(s1, 1, 1) + printed(s1, 2)) };
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
    const moment = { after: 'typed', ms: 0 } as const;
    const cancel = {
      kind: 'cancel',
      moment,
      machine: 1,
      downMs: 0,
      times: 1,
      room: 0,
      aimed: true,
      inSecond: false,
    } as const;
    const around = {
      faults: [cancel],
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

  describe('of a round with a second provision', () => {
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
      const failed = [
        entry('s1', 'begin'),
        entry('s1', 'fail'),
        entry('s1', 'begin', 2),
        entry('s1', 'ok', 2),
      ];
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

  describe('of a round with files', () => {
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

  describe('of a round with a playbook', () => {
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
      expect(problems(came('begin', 'ok', 'begin', 'ok'))).toMatch(
        /p1@node-1 came to node-1 2 times where 1/,
      );
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
      expect(problems({ ...came('begin', 'ok'), ...asked('done') })).toMatch(
        /asked about p1 without a reason/,
      );
      // After it was over.
      expect(problems({ ...came('begin', 'ok'), ...asked('done'), ...killed })).toMatch(/asked about p1/);
      const strikes = [struck('pause', { from: 2, until: 2 })];
      expect(problems({ ...came('begin', 'ok'), ...asked('done'), strikes })).toBe('');
    });
  });
});
