import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shownCommand } from '../../bot/audit/shown-command.ts';
import { parse } from '../../bot/command/parse.ts';
import { quote } from '../../bot/command/words.ts';
import { csvCell } from '../../web/routes/audit.ts';
import { createWeb } from '../../web/web.ts';
import { openRoom, type Room } from './day/room.ts';

const [ANN, BOB, EVE] = ['irc:lab/ann', 'irc:lab/bob', '?eve'];
const TOKEN = 'a-token-of-some-length';

let room: Room;
let web: ReturnType<typeof createWeb>;
beforeAll(async () => {
  room = await openRoom({ admins: [ANN as string] });
  await room.database.pool.query(
    "insert into environments (name, blueprint, pool, state, params, secrets) values ('ex', 'essex', 'lab', 'ready', '{}', $1)",
    [{ admin_password: 'correct-horse' }],
  );
  const nothing = async () => [];
  web = createWeb({
    database: room.database,
    listenEvents: () => () => {},
    publicUrl: 'http://127.0.0.1:8080',
    pageDir: '/nonexistent',
    version: '0',
    pools: nothing,
    blueprints: nothing,
    outcome: async () => null,
    pictures: { svg: async () => null, png: async () => null },
    auditToken: TOKEN,
  });
});
afterAll(async () => {
  await web.close();
  await room.close();
});

const rows = async () => (await room.database.pool.query('select * from audit order by id')).rows;

describe('every command is written down with its answer', () => {
  test('done, refused by role, refused as things are, and failed', async () => {
    await room.say(BOB as string, 'note hello');
    await room.say(EVE as string, 'destroy ex');
    await room.say(BOB as string, 'agenda vote 9');
    await room.say(ANN as string, 'verify ex');
    await room.say(BOB as string, 'frobnicate ex');
    expect(await rows()).toMatchObject([
      {
        display: 'bob',
        identity: BOB,
        verb: 'note',
        result: 'done',
        role: 'participant',
        session_id: room.session.id,
      },
      { display: '?eve', identity: null, verb: 'destroy', environment: 'ex', result: 'refused' },
      { verb: 'agenda', result: 'refused', answer: expect.stringMatching(/no topic 9/) },
      {
        identity: ANN,
        verb: 'verify',
        environment: 'ex',
        result: 'failed',
        answer: expect.stringMatching(/broke inside/),
      },
    ]);
  });

  test('nothing secret is in it', async () => {
    await room.say(ANN as string, 'note it is correct-horse');
    await room.say(ANN as string, `provision new from essex admin_password="o'clock two" size=mini`);
    await room.say(ANN as string, 'provision new from essex pasword=hunter22');
    const text = JSON.stringify(await rows());
    expect(text).not.toMatch(/correct-horse|o'clock|hunter22/);
    expect(text).toContain('provision new from essex admin_password=**** size=');
  });

  test('rows cannot be changed or removed, not even by us', async () => {
    for (const change of ["update audit set answer = 'nothing'", 'delete from audit', 'truncate audit']) {
      await expect(room.database.pool.query(change)).rejects.toThrow(
        /audit: rows are only ever added; \w+ is refused/,
      );
    }
  });
});

describe('who may read it', () => {
  test('operators by command, by environment, person and time', async () => {
    expect(await room.say(BOB as string, 'audit')).toMatch(/audit needs the role operator/);
    const { text, blocks } = await room.answer(ANN as string, 'audit env=ex since=1h');
    expect(text).toMatch(/^2 commands, the last: .* ann: verify ex — failed: /);
    expect(blocks?.[0]).toMatchObject({
      rows: [
        [
          expect.anything(),
          '?eve (not vouched for)',
          'irc:lab/#room',
          'destroy ex',
          expect.stringMatching(/^refused: /),
        ],
        expect.anything(),
      ],
    });
    expect(await room.say(ANN as string, 'audit person=irc:lab/BOB')).toMatch(/Nothing like that was done/);
    expect(await room.say(ANN as string, 'audit person=Bob')).toMatch(
      /^\d+ commands, the last: .* bob: audit/,
    );
    expect(await room.say(ANN as string, 'audit since=5')).toMatch(/since=: "5" has no unit/);
  });

  const get = (url: string, token?: string) =>
    web.inject({
      url,
      headers: { host: 'localhost', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    });

  test('over HTTP whoever has the token, as JSON Lines and CSV', async () => {
    for (const token of [undefined, '', 'wrong', `${TOKEN}x`]) {
      const refused = await get('/api/audit.jsonl', token);
      expect(refused.statusCode).toBe(401);
      expect(refused.body).not.toContain('hello');
    }
    const jsonl = await get('/api/audit.jsonl?person=bob', TOKEN);
    const entries = jsonl.body
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(entries[0]).toMatchObject({
      person: 'bob',
      identity: BOB,
      command: 'note hello',
      session: 'essex-day',
      result: 'done',
    });
    expect(entries.every(({ person }) => person === 'bob')).toBe(true);
    const csv = await get('/api/audit.csv?environment=ex', TOKEN);
    expect(csv.body.split('\r\n')).toHaveLength(4);
    expect(csv.body).toMatch(/^id,at,session,channel,identity/);
    expect((await get('/api/audit.csv?since=yesterday', TOKEN)).statusCode).toBe(400);
  });
});

test('a cell of CSV is one cell, and no formula', () => {
  expect([csvCell('=1+1'), csvCell('a "b", c'), csvCell(null), csvCell(-3)]).toEqual([
    "'=1+1",
    '"a ""b"", c"',
    '',
    '-3',
  ]);
});

test('a secret given to provision is not shown, however it is quoted', () => {
  const nothing = { environments: [], blueprints: [], pools: [] };
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme-ascii', minLength: 4 }), (secret) => {
      const line = `provision ex from essex root_password=${quote(`Q${secret}Z`)}`;
      const parsed = parse(line, nothing);
      if (!parsed.ok) throw new Error(parsed.problem.message);
      expect(shownCommand(parsed.command, line, [])).toBe('provision ex from essex root_password=****');
    }),
  );
});
