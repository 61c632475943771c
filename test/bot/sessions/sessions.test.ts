import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DISCORD, directOf, type Floor, IRC, MINUTE, openFloor, SLACK } from './floor.ts';

const BOSS = 'irc:lab/boss';
const ALICE = 'irc:lab/alice';
const BOB = 'slack:T1/bob';
const CAROL = 'discord:carol';

let floor: Floor;
const open = async (options: Parameters<typeof openFloor>[0] = {}) => {
  floor = await openFloor({ admins: [BOSS], ...options });
};
beforeEach(() => open());
afterEach(() => floor?.close());

describe('a session', () => {
  it('is begun by who may, spans services, goes on after a restart, and ends for all', async () => {
    expect(await floor.say(ALICE, 'session')).toMatch(/part of no session, and none is open/);
    expect(await floor.say(ALICE, 'session start mine')).toMatch(
      /^starting a session needs the role operator; you are a participant here/i,
    );
    expect(await floor.say(BOSS, 'session start Essex Day')).toMatch(/— try: session start essex-day$/);
    expect(await floor.say(BOSS, 'session start essex-day')).toMatch(/^Session essex-day has begun/);
    expect(await floor.say(BOB, 'session link essex-day')).toMatch(/needs the role operator in essex-day/);
    expect(await floor.say(BOSS, 'session link essex-dya', SLACK)).toMatch(/did you mean essex-day\?/);
    await floor.say(BOSS, 'session link essex-day', SLACK);
    await floor.say(BOSS, 'session link essex-day help', DISCORD);
    await floor.restart();
    expect(await floor.say(BOB, 'session')).toMatch(
      /^Session essex-day, .*: 1 person, 0 environments held, in irc:lab\/#day, slack:T1\/C1, discord:G1\/C1 \(help\)/,
    );
    await floor.say(ALICE, 'claim demo');
    expect(await floor.say(ALICE, 'session end')).toMatch(/needs the role admin/);
    expect(await floor.say(BOSS, 'session end')).toMatch(/^Session essex-day has ended; demo released/);
    for (const channel of [SLACK, DISCORD]) await floor.hears(/^Session essex-day has ended/, channel);
    expect(await floor.say(BOB, 'claim demo')).toMatch(/^demo: bob holds it/);
  });

  it('ends without keeping from others that it is their turn', async () => {
    await floor.say(BOSS, 'session start essex-day');
    await floor.say(ALICE, 'claim demo');
    await floor.say(CAROL, 'queue demo', DISCORD);
    expect(await floor.say(BOSS, 'session end')).toMatch(/has ended; demo released/);
    await floor.hears(/^demo: carol, it is your turn until/, DISCORD);
    expect((await floor.heard(IRC)).filter((text) => /^demo: (alice has released|carol)/.test(text))).toEqual(
      [],
    );
  });

  it('tells how the votes stand that end with it, once in each of its channels', async () => {
    await floor.say(BOSS, 'session start essex-day');
    await floor.say(BOSS, 'session link essex-day help', DISCORD);
    await floor.say(BOSS, 'session link essex-day', SLACK);
    await floor.say(BOSS, 'session unlink', SLACK);
    await floor.say(BOSS, 'vote Lunch when? | 12:00 | 13:00 until 2h');
    await floor.say(ALICE, 'vote 1 b');
    await floor.say(BOSS, 'session end');
    for (const channel of [IRC, DISCORD]) {
      await floor.hears(/^Vote 1 is over: Lunch when\? — 13:00/, channel);
      expect((await floor.heard(channel)).filter((text) => text.startsWith('Vote 1 is over'))).toHaveLength(
        1,
      );
    }
    expect(await floor.heard(SLACK)).not.toContainEqual(expect.stringMatching(/^Vote 1 is over/));
  });

  it('is told in each channel as that channel wants it, and not at all where newcomers ask', async () => {
    await floor.say(BOSS, 'session start essex-day');
    await floor.say(BOSS, 'session link essex-day', SLACK);
    await floor.say(BOSS, 'session link essex-day help', DISCORD);
    await floor.say(BOSS, 'session link essex-day', 'irc:lab/#quiet');
    await floor.say(BOSS, 'session link essex-day', 'irc:lab/#verbose');
    expect(await floor.say(BOB, 'notify quiet', 'irc:lab/#quiet')).toBe(
      'This channel is quiet now: how provisions, resets and destroys end, drift, and what needs an answer',
    );
    await floor.say(BOB, 'notify verbose', 'irc:lab/#verbose');
    // Told where he came in, beside the answers.
    await floor.hears(/bob takes part/, 'irc:lab/#quiet');
    const before = await Promise.all(
      [DISCORD, 'irc:lab/#quiet', SLACK].map(async (at) => (await floor.heard(at)).length),
    );
    await floor.say(ALICE, 'claim demo');
    await floor.say(ALICE, 'run demo -- echo chatter');
    await floor.hears(/alice began "run demo -- echo chatter"/, 'irc:lab/#verbose');
    await floor.say(ALICE, 'release demo');
    await floor.hears(/^demo: alice has released it/, SLACK);
    const [help, quiet, slack] = await Promise.all(
      [DISCORD, 'irc:lab/#quiet', SLACK].map((at) => floor.heard(at)),
    );
    expect(help?.slice(before[0])).toEqual([]);
    expect(quiet?.slice(before[1])).toEqual([]);
    expect(slack?.slice(before[2])).toEqual([
      'demo: alice holds it until 2012-03-08T10:00Z',
      'demo: alice has released it',
    ]);
    // Who asked is answered there, and told nothing twice.
    expect((await floor.heard(IRC)).filter((text) => text.startsWith('demo: alice holds'))).toHaveLength(1);
  });

  it('hears announcements everywhere, also where newcomers ask and where little is told', async () => {
    await floor.say(BOSS, 'session start essex-day');
    await floor.say(BOSS, 'session link essex-day', SLACK);
    await floor.say(BOSS, 'notify quiet', SLACK);
    await floor.say(BOSS, 'session link essex-day help', DISCORD);
    expect(await floor.say(ALICE, 'announce lunch is there')).toMatch(
      /^Not allowed: announce needs the role operator; you are a participant here/,
    );
    expect(await floor.say(BOSS, 'announce lunch is there; back at 13:00', DISCORD)).toBe(
      'Announced in 3 channels of essex-day',
    );
    const told = 'Announcement (essex-day, by boss): lunch is there; back at 13:00';
    for (const channel of [IRC, SLACK, DISCORD]) {
      await floor.hears(/^Announcement/, channel);
      expect((await floor.heard(channel)).filter((text) => text === told)).toHaveLength(1);
    }
    const timeline = await floor.answer(ALICE, 'timeline');
    expect(JSON.stringify(timeline.blocks)).toContain('boss announces: lunch is there; back at 13:00');
  });

  it('a channel for help says what it is told, whatever somebody sets', async () => {
    expect(await floor.say(BOSS, 'notify verbose')).toMatch(
      /it counts when the channel is part of a session$/,
    );
    await floor.say(BOSS, 'session start essex-day');
    expect(await floor.say(BOSS, 'notify')).toMatch(/^This channel is verbose: also what is begun/);
    expect(await floor.say(BOSS, 'session link essex-day help', DISCORD)).toBe(
      'This channel is part of the session essex-day now: what is asked here is answered here; of all else it is told announcements, votes and the end.',
    );
    expect(await floor.say(BOSS, 'notify verbose', DISCORD)).toMatch(
      /^this channel is for help: .* — session link essex-day operations/i,
    );
    const before = (await floor.heard(DISCORD)).length;
    await floor.say(ALICE, 'claim demo');
    await floor.say(ALICE, 'run demo -- echo noise');
    await floor.hears(/alice began "run demo -- echo noise"|running the command/, IRC);
    await floor.say(ALICE, 'vote Lunch when? | 12:00 | 13:00 until 15m');
    await floor.hears(/Lunch when\?/, DISCORD);
    expect((await floor.heard(DISCORD)).slice(before)).toHaveLength(1);
  });

  it('shows who is there by site and organisation, and what each holds', async () => {
    await floor.say(BOSS, 'session start essex-day');
    await floor.say(BOSS, 'session link essex-day', SLACK);
    expect(await floor.say(ALICE, 'join org=Dell Inc. site=Boston')).toBe(
      'alice of Dell Inc. at Boston takes part in essex-day',
    );
    await floor.say(BOB, 'join site=Austin org="Rackspace"');
    await floor.say(CAROL, 'join org=dell inc. site=BOSTON', IRC);
    await floor.say(ALICE, 'claim demo');
    await floor.say(BOB, 'queue demo');
    expect(await floor.say(CAROL, 'who', IRC)).toBe(
      [
        'essex-day: 4 people of 2 organisations',
        'Austin / Rackspace: bob (waits for demo)',
        'Boston / Dell Inc.: alice (holds demo), carol',
        'site not said / organisation not said: boss (admin)',
      ].join('\n'),
    );
  });

  it('beside another one has a board of what it uses, holds or waits for, and tells how many others there are', async () => {
    await floor.close();
    await open({ environments: ['demo', 'ex', 'far', 'new'] });
    const board = async (where: string) => {
      await floor.say(BOSS, 'session board', where);
      return (await floor.heard(where)).findLast((text) => / environments? held/.test(text));
    };
    await floor.say(BOSS, 'session start east');
    await floor.say(ALICE, 'claim demo');
    expect(await board(IRC)).toMatch(/^east: 1 of 4 environments held\. [\s\S]*\nfar: ready · free/);
    await floor.say(BOSS, 'session start west', SLACK);
    await floor.say(BOB, 'claim ex');
    await floor.say(BOB, 'run far -- true');
    await floor.say(BOB, 'queue demo');
    expect(await board(IRC)).toMatch(
      /^east: 1 of 1 environment held, 3 more not used in it\. \S+\ndemo: ready · alice until \S+ · next: bob$/,
    );
    expect(await board(SLACK)).toMatch(
      /^west: 2 of 3 environments held, 1 more not used in it, 1 run going on\. \S+\ndemo: .*\nex: .*\nfar: [^\n]*$/,
    );
  });

  it('runs beside another one; a channel belongs to one of them', async () => {
    await floor.say(BOSS, 'session start east');
    await floor.say(BOSS, 'session start west', SLACK);
    expect(await floor.say(BOSS, 'session start west')).toMatch(/part of the session east/);
    await floor.say(BOB, 'join');
    expect(await floor.say(ALICE, 'who')).toMatch(/^east: 1 person/);
    expect(await floor.say(ALICE, 'who', SLACK)).toMatch(/^west: 2 people/);
    expect(await floor.say(BOSS, 'session link east', SLACK)).toMatch(/part of the session east now/);
    expect(await floor.say(ALICE, 'who', SLACK)).toMatch(/^east/);
  });
});

describe('roles', () => {
  it('of the configuration are shown, too: whom a refusal says to ask', async () => {
    await floor.close();
    await open({ admins: [BOSS, BOB] });
    await floor.say(BOSS, 'session start essex-day');
    await floor.say(BOSS, 'session link essex-day', SLACK);
    for (const who of [ALICE, BOB]) await floor.say(who, 'join org=Dell site=Boston');
    expect(await floor.say(ALICE, 'who')).toMatch(/^Boston \/ Dell: alice, bob \(admin\)$/m);
  });

  it('of the configuration are shown also of those who take no part, or never spoke', async () => {
    await floor.close();
    const [KIM, LEE] = ['irc:lab/kim', 'discord:77'];
    await open({ admins: [BOSS, BOB, KIM, LEE] });
    await floor.say(BOSS, 'session start essex-day');
    await floor.say(BOSS, 'session link essex-day', SLACK);
    await floor.say(BOB, 'whoami');
    await floor.say(BOSS, 'leave');
    const rest =
      'admins who take no part now: boss (irc:lab/boss), bob (slack:T1/bob), irc:lab/kim, discord:77';
    expect(await floor.say(ALICE, 'who')).toBe(`Nobody takes part in essex-day yet: join\n${rest}`);
    await floor.say(ALICE, 'join org=Dell site=Boston');
    await floor.say(BOSS, 'join');
    const { text, blocks } = await floor.answer(ALICE, 'who');
    expect(text).toBe(
      [
        'essex-day: 2 people of 1 organisation',
        'Boston / Dell: alice',
        'site not said / organisation not said: boss (admin)',
        'admins who take no part now: bob (slack:T1/bob), irc:lab/kim, discord:77',
      ].join('\n'),
    );
    // Where the table stands in place of the text they are in it, too.
    expect(blocks?.[0]).toMatchObject({
      rows: expect.arrayContaining([['', '', 'irc:lab/kim', 'admin, takes no part', '', '']]),
    });
  });

  it('are granted to persons that are named without doubt, and every refusal says why and who can', async () => {
    await floor.say(BOSS, 'session start essex-day');
    await floor.say(BOSS, 'session link essex-day', SLACK);
    await floor.say(ALICE, 'join');
    await floor.say('slack:T1/alice', 'join');
    expect(await floor.say(ALICE, 'grant alice admin')).toMatch(/^Not allowed: grant needs the role admin/);
    expect(await floor.say(BOSS, 'grant alice operator')).toMatch(
      /alice may be irc:lab\/alice or slack:T1\/alice/,
    );
    expect(await floor.say(BOSS, 'grant irc:lab/Alice oprator')).toMatch(
      /— try: grant irc:lab\/Alice operator/,
    );
    expect(await floor.say(BOSS, 'grant irc:lab/Alice operator')).toMatch(
      /^alice \(irc:lab\/alice\) is operator/,
    );
    expect(await floor.say(ALICE, 'claim demo takeover because of a fire')).toMatch(/^demo: alice holds it/);
    expect(await floor.say(BOSS, 'grant irc:lab/alice observer')).toMatch(/is observer .*; demo released$/);
    expect(await floor.say(ALICE, 'release')).toMatch(/you hold no environment/i);
    expect(await floor.say(BOSS, 'revoke irc:lab/alice')).toMatch(/participant$/);
    expect(await floor.say('?guest', 'claim demo')).toMatch(/only for people whose account/);
  });

  it('are limited by the configuration, per environment and per channel', async () => {
    await floor.close();
    await open({
      environments: ['demo', 'prod-1'],
      policy: {
        limits: [
          { environments: ['prod-*'], channels: [], needs: 'operator', atMost: null },
          { environments: [], channels: ['irc:lab/#new*'], needs: null, atMost: 'observer' },
        ],
      },
    });
    expect(await floor.say(ALICE, 'run prod-1 -- true')).toMatch(
      /changing prod-1 needs the role operator; you are a participant here/,
    );
    expect(await floor.say(BOSS, 'run demo -- true', 'irc:lab/#newcomers')).toMatch(
      /needs the role participant.*in this channel nobody is more than observer/,
    );
    expect(await floor.say(BOSS, 'run prod-1 -- true')).toMatch(/running the command/);
  });

  it('that may not change an environment keep it from nobody either', async () => {
    await floor.close();
    await open({
      environments: ['demo', 'prod-1'],
      policy: { limits: [{ environments: ['prod-*'], channels: [], needs: 'operator', atMost: null }] },
    });
    for (const line of ['claim prod-1', 'queue prod-1', 'extend prod-1']) {
      expect(await floor.say(ALICE, line)).toMatch(
        /^Not allowed: holding prod-1 needs the role operator; you are a participant here\. Ask an operator/,
      );
    }
    expect(await floor.say(ALICE, 'queue prod-1 leave')).toMatch(/you are not in the queue of prod-1/i);
    expect(await floor.say(ALICE, 'claim demo')).toMatch(/^demo: alice holds it/);
    expect(await floor.say(BOSS, 'claim prod-1')).toMatch(/^prod-1: boss holds it/);
  });

  it('that become less let go of what is beyond them: leases, places in queues, what was asked for', async () => {
    await floor.close();
    const destroying = { commands: ['destroy'], environments: ['*'], withinMs: 60 * MINUTE } as const;
    await open({
      environments: ['demo', 'ex', 'prod-1'],
      policy: {
        limits: [{ environments: ['prod-*'], channels: [], needs: 'operator', atMost: null }],
        approvals: [{ ...destroying, count: 2, role: 'operator' }],
      },
    });
    await floor.say(BOSS, 'session start essex-day');
    await floor.say(BOSS, 'session link essex-day', SLACK);
    await floor.say(ALICE, 'join');
    await floor.say(BOSS, `grant ${ALICE} operator`);
    await floor.say(BOSS, 'claim ex');
    for (const line of ['claim demo', 'claim prod-1', 'queue ex', 'destroy demo'])
      await floor.say(ALICE, line);
    await floor.say(BOB, 'queue demo');
    expect(await floor.say(BOSS, `revoke ${ALICE}`)).toMatch(/: participant; prod-1 released$/);
    expect(await floor.say(BOSS, `grant ${ALICE} observer`)).toMatch(
      /is observer in essex-day now; demo released; no more in the queue of ex; approval 1 withdrawn$/,
    );
    await floor.hears(/^demo: bob, it is your turn/, SLACK);
    await floor.hears(/^Approval 1, "destroy demo" is void: alice is an observer now/, SLACK);
    // Whom the configuration names stays what that says.
    expect(await floor.say(BOSS, `grant ${BOSS} observer`)).toMatch(/is observer in essex-day now$/);
  });

  it('let go also of what was claimed outside of the session, and so does leaving', async () => {
    await floor.close();
    const running = { commands: ['run'], environments: ['*'], withinMs: 60 * MINUTE } as const;
    await open({
      environments: ['demo', 'ex', 'third'],
      policy: { approvals: [{ ...running, count: 1, role: 'operator' }] },
    });
    await floor.say(BOSS, 'session start essex-day');
    await floor.say(ALICE, 'claim demo', DISCORD);
    await floor.say(CAROL, 'queue demo', DISCORD);
    await floor.say(CAROL, 'claim ex', DISCORD);
    await floor.say(BOB, 'claim third', directOf(BOB));
    await floor.say(BOB, 'queue ex', directOf(BOB));
    await floor.say(BOB, 'run third -- true', directOf(BOB));
    for (const who of [ALICE, BOB]) await floor.say(who, 'join', IRC);
    expect(await floor.say(BOSS, `grant ${BOB} observer`)).toMatch(
      /; third released; no more in the queue of ex; approval 1 withdrawn$/,
    );
    expect(await floor.say(ALICE, 'leave')).toBe('alice has left essex-day; demo released');
    await floor.hears(/^demo: carol, it is your turn/, DISCORD);
    // The end of the session is nothing to those who take no part.
    expect(await floor.say(BOSS, 'session end')).toBe('Session essex-day has ended. Its report: report');
    expect(await floor.say(BOB, 'claim ex', directOf(BOB))).toMatch(/^ex is held by carol/);
  });

  it('do not keep anybody from letting go', async () => {
    await floor.close();
    await open({
      policy: {
        limits: [{ environments: [], channels: ['irc:lab/#new*'], needs: null, atMost: 'observer' }],
      },
    });
    await floor.say(BOSS, 'session start essex-day');
    await floor.say(BOSS, 'session link essex-day', 'irc:lab/#newcomers');
    await floor.say(ALICE, 'claim demo');
    await floor.say(ALICE, 'claim ex');
    expect(await floor.say(ALICE, 'release demo', 'irc:lab/#newcomers')).toBe('demo: alice has released it');
    expect(await floor.say(ALICE, 'leave', 'irc:lab/#newcomers')).toBe(
      'alice has left essex-day; ex released',
    );
    expect(await floor.say('?guest', 'release demo')).toMatch(/only people with an account/i);
  });
});

describe('accounts of one person', () => {
  const codeOf = async (who: string, direct: string) => {
    await floor.say(who, 'link');
    return /Your code: (\S+) /.exec((await floor.heard(direct)).at(-1) ?? '')?.[1] ?? '';
  };

  it('are linked by a code that only one sees, once, and hold together what they hold', async () => {
    await floor.say(BOSS, 'session start essex-day');
    await floor.say(BOSS, 'session link essex-day', SLACK);
    const slackAlice = 'slack:T1/alice';
    await floor.say(ALICE, 'claim demo');
    await floor.say(slackAlice, 'claim ex');
    const code = await codeOf(ALICE, 'irc:lab/@alice');
    expect((await floor.heard(IRC)).join('\n')).not.toContain(code);
    expect(await floor.say(ALICE, `link ${code}`)).toMatch(/your own code/);
    const second = await codeOf(ALICE, 'irc:lab/@alice');
    const both = await Promise.all([
      floor.say(slackAlice, `link ${second}`),
      floor.say('slack:T1/mallory', `link ${second.toLowerCase()}`),
    ]);
    expect(both.filter((text) => text.includes('are one person now'))).toHaveLength(1);
    expect(both.filter((text) => text.startsWith('That is no code'))).toHaveLength(1);
    await floor.hears(/is you now, as well as irc:lab\/alice\. If that is not you: unlink/, 'irc:lab/@alice');
    const { rows } = await floor.database.pool.query(
      `select concat(string_agg(about, ' '), (select string_agg(concat(command, answer), ' ') from audit)) as kept
       from received`,
    );
    expect(rows[0]?.kept).toContain('link');
    for (const one of [code, second, second.toLowerCase()]) expect(rows[0]?.kept).not.toContain(one);
  });

  it('count as one: leases, queue and votes on destroying something', async () => {
    await floor.close();
    await open({
      policy: {
        approvals: [
          {
            commands: ['destroy'],
            environments: ['*'],
            count: 2,
            role: 'participant',
            withinMs: 60 * MINUTE,
          },
        ],
      },
    });
    const slackAlice = 'slack:T1/alice';
    await floor.say(BOSS, 'claim demo');
    await floor.say(ALICE, 'queue demo');
    await floor.say(slackAlice, 'queue demo');
    const code = await codeOf(ALICE, 'irc:lab/@alice');
    expect(await floor.say(slackAlice, `link ${code}`)).toMatch(/are one person now: alice/);
    expect(await floor.say(BOB, 'queue demo')).toMatch(/bob is 2nd/);
    expect(await floor.say(slackAlice, 'whoami')).toMatch(/slack:T1\/alice; also irc:lab\/alice/);
    expect(await floor.say(BOSS, 'destroy demo')).toMatch(/^Approval 1: boss wants "destroy demo"/);
    const twice = await Promise.all([floor.say(ALICE, 'approve 1'), floor.say(slackAlice, 'approve 1')]);
    expect(twice).toEqual([expect.stringContaining('1 of 2 agree'), expect.stringContaining('1 of 2 agree')]);
    // Nor does parting them make two of one.
    expect(await floor.say(slackAlice, 'unlink')).toMatch(/slack:T1\/alice is a person of its own again/);
    expect(await floor.say(slackAlice, 'approve 1')).toMatch(/1 of 2 agree.*was one person with somebody/);
    expect(await floor.say(BOB, 'approve 1')).toMatch(/approved.*\n.*destroying/);
  });

  it('cannot be guessed', async () => {
    for (let at = 5; at > 0; at--) {
      expect(await floor.say(BOB, `link ABCDE-FGHJ${at}`)).toMatch(`(${at - 1} more tries`);
    }
    const code = await codeOf(ALICE, 'irc:lab/@alice');
    expect(await floor.say(BOB, `link ${code}`)).toMatch(/^Too many wrong codes/);
    await floor.pass(11 * MINUTE);
    expect(await floor.say(BOB, `link ${code}`)).toMatch(/^That is no code, or it was used or is older/);
    const fresh = await codeOf(ALICE, 'irc:lab/@alice');
    expect(await floor.say(BOB, `link ${fresh}`)).toMatch(/one person now/);
  });
});
