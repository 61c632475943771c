import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tableLines } from '../../../adapters/render/table.ts';
import { specOf } from '../../../bot/command/registry.ts';
import { openRoom, ROOM, type Room } from './room.ts';

const [ANN, BOB] = ['irc:lab/ann', 'irc:lab/bob'];
const GUEST = '?guest';

let room: Room;
beforeAll(async () => {
  room = await openRoom({ admins: ['irc:lab/ann'], also: ['slack:T1/C1'] });
  await room.database.pool.query(
    "insert into environments (name, blueprint, pool, state, params, secrets) values ('ex', 'essex', 'lab', 'ready', '{}', $1)",
    [{ admin_password: 'correct-horse' }],
  );
});
afterAll(() => room.close());
const say: Room['say'] = (who, text, where) => room.say(who, text, where);

describe('the agenda', () => {
  test('is proposed by anybody, and ordered by what people want', async () => {
    expect(await say(BOB, 'agenda')).toMatch(
      /Agenda of essex-day: nothing yet. Propose a topic: agenda add <topic>/,
    );
    expect(await say(BOB, 'agenda add OVN or Linux bridge? at=14:00 place="blue room"')).toBe(
      'On the agenda: 1 OVN or Linux bridge? (14:00, blue room). Who wants it, too: agenda vote 1',
    );
    await say(BOB, "agenda add Bob's talk");
    expect(await say(ANN, 'agenda vote 2')).toBe("Topic 2 Bob's talk: 2 votes");
    expect(await say(ANN, 'agenda vote 2')).toMatch(/you want topic 2 already/i);
    const { text, blocks = [] } = await room.answer(GUEST, 'agenda');
    expect(text.split('\n').slice(1)).toEqual([
      "2 Bob's talk: 2 votes",
      '1 OVN or Linux bridge? (14:00, blue room): 1 vote',
    ]);
    // Nobody is named for a topic: there is no column for that.
    expect(blocks.flatMap((block) => (block.type === 'table' ? tableLines(block) : []))).toEqual([
      'N  topic                 votes  when   where',
      "2  Bob's talk            2",
      '1  OVN or Linux bridge?  1      14:00  blue room',
    ]);
    await say(BOB, 'agenda unvote 2');
    await say(ANN, 'agenda unvote 2');
    expect(await say(ANN, 'agenda move 2 at=15:00')).toBe("Topic 2 Bob's talk (15:00)");
  });

  test('the same topic twice, a topic that is not there, and what is over are refused', async () => {
    expect(await say(ANN, 'agenda add ovn OR linux bridge?')).toMatch(
      /that is topic 1 already — .*agenda vote 1/i,
    );
    expect(await say(ANN, 'agenda vote 77')).toMatch(/no topic 77 — agenda lists them/);
    expect(await say(BOB, 'agenda done 1')).toBe('Topic 1 OVN or Linux bridge?: done');
    expect(await say(BOB, 'agenda done 1')).toMatch(/topic 1 is done already/i);
  });

  test('somebody else’s topic is dropped by operators only', async () => {
    await say(ANN, 'agenda add Ceph');
    expect(await say(BOB, 'agenda drop 3')).toMatch(/topic 3 is somebody else's/i);
    expect(await say(ANN, 'agenda drop 2')).toBe("Topic 2 Bob's talk: dropped");
  });

  test('whom the service does not vouch for may read, not write', async () => {
    expect(await say(GUEST, 'agenda add Mine')).toMatch(/does not vouch for an account of yours — log in/);
    expect(await say(GUEST, 'pinned')).toMatch(/Nothing is pinned yet/);
    expect(await say(BOB, 'note hello', 'irc:lab/#elsewhere')).toMatch(
      /no session in this channel — .*session start/,
    );
  });
});

describe('minutes', () => {
  test('notes and decisions are kept, secrets in them masked', async () => {
    expect(await say(BOB, 'note')).toMatch(/^No notes yet/);
    expect(await say(BOB, 'note the password is correct-horse')).toMatch(
      /Written down; it will be in the report/,
    );
    expect(await say(ANN, 'note decision: we use OVN')).toMatch(/Written down as a decision/);
    const notes = await say(GUEST, 'note');
    expect(notes).toMatch(/\d\dT\d\d:\d\dZ bob: the password is \*{4}\n.*Z ann: decision: we use OVN$/);
  });

  test('todos have an owner if somebody of that name is there, and are taken, given and done', async () => {
    await room.database.pool.query(
      `insert into participants (session_id, person_id, joined_at)
       select ${room.session.id}, person_id, now() from identities`,
    );
    expect(await say(ANN, 'todo add report the Glance bug for bob')).toBe(
      "Todo 1: report the Glance bug; bob's",
    );
    expect(await say(ANN, 'todo add check the docs for errors')).toMatch(
      /^Todo 2: check the docs for errors; nobody's yet; yours\? todo take 2 \(nobody called errors takes part/,
    );
    expect(await say(BOB, 'todo take 2')).toBe('Todo 2 check the docs for errors: bob does it');
    expect(await say(BOB, 'todo give 2 to Ann')).toBe('Todo 2 check the docs for errors: ann does it');
    expect(await say(BOB, 'todo give 2 zoe')).toMatch(/^nobody here is called zoe/);
    expect(await say(GUEST, 'todo')).toBe(
      '2 open todos:\n1 report the Glance bug: bob\n2 check the docs for errors: ann',
    );
    expect(await say(BOB, 'todo done 1')).toBe('Todo 1 report the Glance bug: done');
    expect(await say(BOB, 'todo done 1')).toMatch(/todo 1 is done already/i);
  });

  test('pins stay until they are dropped', async () => {
    expect(await say(BOB, 'pin Slides: https://example.org/?a=1&b=2')).toBe(
      'Pinned as 1; pinned shows all of it',
    );
    expect(await say(GUEST, 'pinned')).toBe('Pinned:\n1 Slides: https://example.org/?a=1&b=2');
    expect(await say('irc:lab/eve', 'pin drop 1')).toMatch(/is somebody else's/);
    expect(await say(ANN, 'pin drop 1')).toMatch(/^No longer pinned: Slides/);
  });
});

describe('votes', () => {
  test('are asked in every channel, answered from any, and their outcome is told once in each', async () => {
    expect(await say(ANN, 'vote Lunch when? | 12:00 | 13:00 until 4s')).toMatch(
      /^Vote 1, asked by ann: Lunch when\? — a 12:00 · b 13:00\. Say: vote 1 a or b; open until \S+T\d\d:\d\d:\d\dZ/,
    );
    await room.hears(/^Vote 1, asked by ann: Lunch when/, 'slack:T1/C1');
    expect(await say(BOB, 'vote 1 a')).toMatch(/^Vote 1: bob says 12:00; open until/);
    expect(await say(BOB, 'vote 1 13:00')).toMatch(/^Vote 1: bob says 13:00, no longer 12:00/);
    expect(await say('slack:T1/U9', 'vote 1 b', 'slack:T1/C1')).toMatch(/U9 says 13:00/);
    expect(await say(ANN, 'vote 1 maybe')).toMatch(/no option "maybe" — its options: a 12:00, b 13:00/);
    expect(await say(GUEST, 'vote 1 a')).toMatch(/does not vouch/);
    expect(await say(GUEST, 'vote 1')).toMatch(/2 people voted so far/);
    for (const channel of [ROOM, 'slack:T1/C1']) {
      await room.hears(/^Vote 1 is over: Lunch when\? — 13:00 \(2 13:00; 2 people voted\)$/, channel);
      expect((await room.heard(channel)).filter((text) => text.startsWith('Vote 1 is over'))).toHaveLength(1);
    }
    expect(await say(BOB, 'vote 1 a')).toMatch(/vote 1 is over — vote 1 shows its outcome/i);
    expect(await say(BOB, 'vote 1')).toMatch(/^Vote 1 is over: Lunch when\? — 13:00/);
  });

  test('are never about destroying or resetting an environment', async () => {
    for (const question of [
      'vote Shall we? | destroy ex | keep it',
      'vote reset ex? | yes | no',
      'vote Shall we wipe ex now? | yes | no',
      'vote What next? | !reset ex to baseline | lunch',
    ]) {
      expect(await say(ANN, question)).toMatch(/What becomes of ex is not for a vote.*(reset|destroy) ex/);
    }
    for (const question of [
      'vote Destroy all environments? | yes | no',
      'vote Shall every environment be torn down tonight? | yes | no',
      'vote Shall we go home? | yes, and reset everything | no',
      'vote Wipe them all? | yes | no',
      'vote Destroy all? | yes | no',
      'vote Delete all the nodes? | yes | no',
      'vote Rebuild both envs? | yes | no',
    ]) {
      expect(await say(ANN, question)).toMatch(
        /What becomes of environments is not for a vote.*say it outright: (reset|destroy) <env>/,
      );
    }
    for (const verb of ['destroy', 'reset'] as const) {
      for (const word of [verb, ...specOf(verb).also]) {
        expect(await say(ANN, `vote Shall we? | ${word} ex | no`)).toMatch(
          /What becomes of ex is not for a vote/,
        );
        expect(await say(ANN, `agenda add ${word} ex`)).toMatch(
          `What becomes of ex is not for the agenda, where people vote for topics — say it outright: ${verb} ex`,
        );
      }
    }
    for (const word of ['purge', 'trash', 'kill', 'drop', 'terminate', 'shut down'])
      expect(await say(ANN, `vote Shall we ${word} ex now? | yes | no`)).toMatch(/is not for a vote/);
    expect(await say(ANN, 'agenda add Delete all environments!')).toMatch(
      /of environments is not for the agenda/,
    );
    for (const topic of [
      'How we reset ex in seconds',
      'Why is ex down?',
      'Drop the second break',
      'Restore environments',
    ])
      expect(await say(ANN, `agenda add ${topic}`)).toMatch(/^On the agenda/);
    expect(await say(ANN, 'vote Reset the coffee machine? | yes | no')).toMatch(/^Vote 2, asked by ann/);
    expect(await say(ANN, 'vote Remove all typos from the slides? | yes | no')).toMatch(/^Vote 3, asked/);
    expect(await say(ANN, 'vote Which environment next? | yes | no')).toMatch(/^Vote 4, asked/);
    for (const number of [3, 4]) await say(ANN, `vote drop ${number}`);
    expect(await say(BOB, 'vote drop 2')).toMatch(/vote 2 is somebody else's/i);
    expect(await say(ANN, 'vote drop 2')).toMatch(/^Vote 2 .*: dropped/);
  });
});

test('the timeline and the report tell of all that', async () => {
  const { blocks } = await room.answer(GUEST, 'timeline tail=50');
  const [block] = blocks ?? [];
  const rows = block?.type === 'table' ? block.rows.map(([, lane, what]) => `${lane}: ${what}`) : [];
  expect(rows).toEqual(
    expect.arrayContaining([
      'agenda: bob proposes topic 1 OVN or Linux bridge?',
      'notes: decision, noted by ann: we use OVN',
      'todos: ann adds todo 1 report the Glance bug (bob)',
      'votes: vote 1 Lunch when?: 2 13:00',
    ]),
  );
  expect(await say(GUEST, 'report')).toMatch(
    /^essex-day so far: \d+ people; 0 environments\nnothing stayed failed, no open differences, 1 decision, 1 open todo\nReport: http:\/\/day.example\/sessions\/essex-day\/report.md/,
  );
});
