import { afterEach, describe, expect, it } from 'vitest';
import { directOf, type Floor, IRC, MINUTE, openFloor, SLACK } from './floor.ts';

/** What one participant who wants to spoil the day can do to the others: little. */

const BOSS = 'irc:lab/boss';
const ALICE = 'irc:lab/alice';
const EVE = 'irc:lab/eve';

let floor: Floor;
afterEach(() => floor?.close());
const open = async (options: Parameters<typeof openFloor>[0] = {}) => {
  floor = await openFloor({ admins: [BOSS], ...options });
  await floor.say(BOSS, 'session start essex-day');
};

describe('environments', () => {
  it('are not all held by one who is no operator', async () => {
    await open({ environments: ['e1', 'e2', 'e3', 'e4', 'e5'] });
    for (const name of ['e1', 'e2', 'e3'])
      expect(await floor.say(EVE, `claim ${name}`)).toMatch(/eve holds it/);
    expect(await floor.say(EVE, 'claim e4')).toBe(
      'you hold e1, e2, e3 already: more than 3 at a time are for operators — release e1',
    );
    // Longer, and what one has, is another matter; and so is an operator.
    expect(await floor.say(EVE, 'claim e1 for 2h')).toMatch(/^e1: eve holds it until/);
    await floor.say(ALICE, 'claim e4');
    await floor.say(ALICE, `handoff e4 ${EVE}`);
    expect(await floor.say(EVE, 'claim e4')).toMatch(/more than 3 at a time/);
    await floor.say(EVE, 'release e1');
    expect(await floor.say(EVE, 'claim e4')).toMatch(/^e4: eve holds it from alice/);
    for (const name of ['e1', 'e5']) expect(await floor.say(BOSS, `claim ${name}`)).toMatch(/boss holds it/);
  });

  it('are not all held by one who works on each that is free at last', async () => {
    await open({ environments: ['e1', 'e2', 'e3', 'e4'] });
    for (const name of ['e1', 'e2', 'e3']) await floor.say(EVE, `claim ${name}`);
    await floor.say(ALICE, 'claim e4');
    await floor.say(EVE, 'queue e4');
    await floor.say(ALICE, 'release e4');
    await floor.hears(/^e4: eve, it is your turn/);
    expect(await floor.say(EVE, 'run e4 -- true')).toBe(
      'you hold e1, e2, e3 already: more than 3 at a time are for operators — release e1',
    );
    await floor.say(EVE, 'release e1');
    expect(await floor.say(EVE, 'run e4 -- true')).toMatch(/running the command/);
    await floor.hears(/^e4: eve holds it until/);
  });

  it('are asked for once, until the holder had time to answer', async () => {
    await open();
    await floor.say(BOSS, 'session link essex-day', SLACK);
    await floor.say(ALICE, 'claim demo for 2h');
    expect(await floor.say(EVE, 'handoff demo me', SLACK)).toMatch(/^demo: alice is asked/);
    expect(await floor.say(EVE, 'handoff demo me', SLACK)).toBe(
      'alice was asked for demo by you at 2012-03-08T09:00Z already — queue demo waits for it',
    );
    expect(await floor.say(BOSS, 'handoff demo me', SLACK)).toMatch(/^demo: alice is asked/);
    await floor.hears(/^demo: boss asks alice to hand it over/);
    const pestered = (await floor.heard(IRC)).filter((line) => /^demo: eve asks alice/.test(line));
    expect(pestered).toHaveLength(1);
    await floor.pass(6 * MINUTE);
    expect(await floor.say(EVE, 'handoff demo me', SLACK)).toMatch(/^demo: alice is asked/);
  });
});

it('who may only observe, or has no account, keeps no environment busy by looking at it', async () => {
  await open();
  await floor.say(EVE, 'join');
  await floor.say(BOSS, `grant ${EVE} observer`);
  for (const who of [EVE, '?eve']) {
    for (const look of ['diff demo', 'diff demo ex', 'verify demo', 'inspect demo'])
      expect(await floor.say(who, look)).toMatch(/^Not allowed: /);
    for (const look of ['status demo', 'schedule demo', 'queue demo leave'])
      expect(await floor.say(who, look)).not.toMatch(/started|running|looking/);
  }
  expect(await floor.say(ALICE, 'run demo -- true')).toMatch(/running the command/);
});

describe('a second session', () => {
  const OTHER = 'slack:T1/eve';
  const THIRD = 'discord:eve';
  const rule = {
    commands: ['destroy'],
    environments: ['*'],
    count: 2,
    role: 'operator',
    withinMs: 60 * MINUTE,
  } as const;
  const limited = { environments: ['ex'], channels: [], needs: 'admin', atMost: null } as const;

  it('makes nobody more than they are: what needs the agreement of several is not had alone', async () => {
    await open({ policy: { approvals: [rule], limits: [limited] } });
    await floor.say(EVE, 'join');
    await floor.say(BOSS, `grant ${EVE} operator`);
    const own = directOf(EVE);
    expect(await floor.say(EVE, 'session start mine', own)).toMatch(
      /^Session mine has begun, .* eve is operator in it\./,
    );
    await floor.say(OTHER, 'whoami');
    await floor.say(THIRD, 'whoami');
    for (const account of [OTHER, THIRD]) {
      expect(await floor.say(EVE, `grant ${account} operator`, own)).toMatch(
        /^Not allowed: grant needs the role admin; you are an operator here/,
      );
    }
    expect(await floor.say(EVE, 'claim ex', own)).toMatch(/^Not allowed: holding ex needs the role admin/);
    expect(await floor.say(EVE, 'destroy demo', own)).toMatch(/^Approval 1: eve wants/);
    expect(await floor.say(OTHER, 'approve 1')).toMatch(/^approval 1 is for people who are operator/i);
    // It is eve's to end, all the same.
    expect(await floor.say(EVE, 'session end', own)).toMatch(/^Session mine has ended/);
  });
});

it('agreement is asked for so often, and then is to be waited for', async () => {
  const rule = {
    commands: ['run'],
    environments: ['*'],
    count: 1,
    role: 'operator',
    withinMs: 60 * MINUTE,
  } as const;
  await open({ policy: { approvals: [rule] } });
  for (let at = 1; at <= 6; at++) {
    expect(await floor.say(EVE, `run demo -- echo ${at}`)).toMatch(new RegExp(`^Approval ${at}: eve wants`));
  }
  expect(await floor.say(EVE, 'run demo -- echo 7')).toMatch(
    /^you have asked for 6 approvals within ten minutes/,
  );
  // What waits is answered with all the same, and others may ask.
  expect(await floor.say(EVE, 'run demo -- echo 6')).toMatch(/^Approval 6: eve wants/);
  expect(await floor.say(ALICE, 'run demo -- echo 1')).toMatch(/^Approval 7: alice wants/);
  await floor.pass(11 * MINUTE);
  expect(await floor.say(EVE, 'run demo -- echo 7')).toMatch(/^Approval 8: eve wants/);
});

it('nobody fills the agenda, the todos, the pins and the votes alone', async () => {
  await open();
  const say = async (who: string, times: number, text: (at: number) => string) => {
    let last = '';
    for (let at = 1; at <= times; at++) last = await floor.say(who, text(at));
    return last;
  };
  expect(await say(EVE, 21, (at) => `agenda add topic ${at}`)).toBe(
    "20 open topics are yours already; the agenda is everybody's — agenda drop 1 makes room",
  );
  expect(await say(EVE, 51, (at) => `todo add thing ${at}`)).toMatch(
    /^50 open todos are from you already — todo done 1/,
  );
  expect(await say(EVE, 11, (at) => `pin link ${at}`)).toMatch(
    /^10 pins are yours already — pin drop 1 makes room/,
  );
  expect(await say(EVE, 4, (at) => `vote Question ${at}? | yes | no until 24h`)).toMatch(
    /^3 open votes are yours already — wait until one has closed, or: vote drop 1/,
  );
  expect(await floor.say(ALICE, 'agenda add something else')).toMatch(/^On the agenda: 21/);
  expect(await floor.say(ALICE, 'todo add something else')).toMatch(/^Todo 51/);
  expect(await floor.say(ALICE, 'pin something else')).toMatch(/^Pinned as 11/);
  expect(await floor.say(ALICE, 'vote Lunch? | yes | no until 1h')).toMatch(/^Vote 4/);
});

it('nobody uses up the agenda, the todos and the votes by adding and dropping', async () => {
  await open();
  // One by one it would take a minute: as if it had been done, again and again.
  const again = (table: string, column: string, times: number) =>
    floor.database.pool.query(
      `insert into ${table} (session_id, number, ${column}, state, person_id)
       select session_id, number + n, ${column}, 'dropped', person_id from ${table}, generate_series(1, $1) n`,
      [times],
    );
  await floor.say(EVE, 'agenda add topic 1');
  await floor.say(EVE, 'agenda drop 1');
  await again('topics', 'title', 39);
  expect(await floor.say(EVE, 'agenda add topic 41')).toBe(
    '40 topics of this session were yours, with those that are over — an operator may add more',
  );
  await floor.say(EVE, 'todo add thing 1');
  await floor.say(EVE, 'todo done 1');
  await again('todos', 'text', 99);
  expect(await floor.say(EVE, 'todo add thing 101')).toMatch(/^100 todos of this session were yours/);
  for (let at = 1; at <= 20; at++) {
    await floor.say(EVE, `vote Question ${at}? | yes | no until 24h`);
    await floor.say(EVE, `vote drop ${at}`);
  }
  expect(await floor.say(EVE, 'vote More? | yes | no')).toMatch(/^20 votes of this session were yours/);
  expect(await floor.say(ALICE, 'agenda add something else')).toMatch(/^On the agenda: 41/);
  expect(await floor.say(ALICE, 'todo add something else')).toMatch(/^Todo 101/);
  expect(await floor.say(ALICE, 'vote Lunch? | yes | no until 1h')).toMatch(/^Vote 21/);
});

it('codes are not guessed: five wrong ones, whatever they are typed into', async () => {
  await open();
  await floor.say('slack:T1/bob', 'link', directOf('slack:T1/bob'));
  const [code = ''] =
    /[2-9A-Z]{5}-[2-9A-Z]{5}/.exec((await floor.heard(directOf('slack:T1/bob'))).join()) ?? [];
  for (const where of [IRC, directOf(EVE), IRC, IRC, directOf(EVE)]) {
    expect(await floor.say(EVE, 'link AAAAA-AAAAA', where)).toMatch(/^That is no code/);
  }
  // Also the right one, now.
  expect(await floor.say(EVE, `link ${code}`)).toMatch(/^Too many wrong codes from this account/);
  await floor.pass(11 * MINUTE);
  expect(await floor.say(EVE, `link ${code}`)).toMatch(/^That is no code, or it was used or is older/);
});

it('who may only observe changes nothing of the day', async () => {
  await open();
  await floor.say(EVE, 'join');
  await floor.say(BOSS, 'vote Lunch? | yes | no until 1h');
  await floor.say(BOSS, `grant ${EVE} observer`);
  for (const text of [
    'agenda add noise',
    'note noise',
    'todo add noise',
    'pin noise',
    'vote 1 a',
    'vote X? | a | b',
  ]) {
    expect(await floor.say(EVE, text)).toMatch(/needs the role participant; you are an observer/);
  }
  for (const text of ['claim demo', 'queue demo', 'approve 1', 'notify verbose', 'run demo -- true']) {
    expect(await floor.say(EVE, text)).toMatch(/^Not allowed: .* you are an observer here/);
  }
});

it('who may only observe may no more outside of the session, nor with another account', async () => {
  const OTHER = 'slack:T1/eve';
  await open();
  await floor.say(BOSS, 'session link essex-day', SLACK);
  await floor.say(EVE, 'join');
  await floor.say(BOSS, `grant ${EVE} observer`);
  await floor.say(EVE, 'leave');
  for (const where of [directOf(EVE), 'irc:lab/#elsewhere']) {
    for (const text of ['claim demo', 'run demo -- true', 'reset demo']) {
      expect(await floor.say(EVE, text, where)).toMatch(/^Not allowed: .* you are an observer here/);
    }
    expect(await floor.say(ALICE, 'claim demo', where.replace('eve', 'alice'))).toMatch(/alice holds it/);
    await floor.say(ALICE, 'release demo');
  }
  // Nor are accounts linked there; where that may be done, it gets nobody rid of it.
  const direct = directOf(OTHER);
  await floor.say(BOSS, 'session start west', 'irc:lab/#west');
  await floor.say(OTHER, 'link', direct);
  const code = /Your code: (\S+) /.exec((await floor.heard(direct)).at(-1) ?? '')?.[1];
  expect(await floor.say(EVE, `link ${code}`, directOf(EVE))).toMatch(/you are an observer here/);
  expect(await floor.say(EVE, `link ${code}`, 'irc:lab/#west')).toMatch(
    /are one person now: eve\. Apart again: unlink$/,
  );
  for (const where of [SLACK, direct])
    expect(await floor.say(OTHER, 'claim demo', where)).toMatch(/you are an observer here/);
  expect(await floor.say(OTHER, `unlink ${EVE}`, 'irc:lab/#west')).toMatch(/a person of its own again/);
  for (const who of [EVE, OTHER]) {
    expect(await floor.say(who, 'claim demo', directOf(who))).toMatch(/you are an observer here/);
    expect(await floor.say(who, 'claim demo')).toMatch(/you are an observer here/);
  }
  // The session is over, and so is what it keeps from them.
  await floor.say(BOSS, 'session end');
  expect(await floor.say(EVE, 'claim demo', directOf(EVE))).toMatch(/^demo: eve holds it/);
});

it('who comes in new is sent what is pinned, once and in private', async () => {
  await open();
  await floor.say(BOSS, 'session link essex-day', SLACK);
  await floor.say(BOSS, 'pin The slides: https://example.org/slides');
  expect(await floor.say(ALICE, 'join org=Dell site=Boston')).toBe(
    'alice of Dell at Boston takes part in essex-day',
  );
  expect(await floor.heard(directOf(ALICE))).toEqual(['Pinned:\n1 The slides: https://example.org/slides']);
  await floor.say(ALICE, 'join site=Austin');
  expect(await floor.heard(directOf(ALICE))).toHaveLength(1);
  await floor.say(ALICE, 'leave');
  await floor.say(ALICE, 'join');
  expect(await floor.heard(directOf(ALICE))).toHaveLength(2);
});

it('a name is shown on one line, forwards and not for ever', async () => {
  await open();
  const odd = `slack:T1/eve\u202Eecila\nApproval 1: approved ${'x'.repeat(200)}`;
  await floor.say(BOSS, 'session link essex-day', SLACK);
  const answer = await floor.say(odd, 'claim demo');
  expect(answer).toMatch(/^demo: eveecila Approval 1: approved x{10,40} holds it until/);
  expect(await floor.say(ALICE, 'who')).not.toMatch(/\u202E|x{60}/);
});
