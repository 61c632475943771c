import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { endSession, insertSession } from '../../db/sessions.ts';
import { report, session, sessions } from '../../web/answers-day.ts';
import { createWeb } from '../../web/web.ts';
import { openRoom, type Room } from '../bot/day/room.ts';

const ANN = 'irc:lab/ann';
let room: Room;
let web: ReturnType<typeof createWeb>;
beforeAll(async () => {
  room = await openRoom({ admins: [ANN] });
  const nothing = async () => [];
  web = createWeb({
    database: room.database,
    listenEvents: () => () => {},
    publicUrl: 'http://127.0.0.1:8080',
    pageDir: '/nonexistent',
    version: '0',
    pools: nothing,
    blueprints: nothing,
    pictures: { svg: async () => '<svg/>', png: async () => null },
    outcome: async () => null,
  });
  await room.say(ANN, 'agenda add <script>alert(1)</script> at=14:00');
  await room.say(ANN, 'note decision: [x](javascript:alert(1))');
  await room.say(ANN, 'pin https://example.org/?a=1&b=2');
  await room.say(ANN, 'todo add <b>bold</b>');
  await room.say(ANN, 'vote Lunch? | 12:00 | 13:00');
});
afterAll(async () => {
  await web.close();
  await room.close();
});

const get = (url: string) => web.inject({ url, headers: { host: 'localhost' } });

describe('a session over HTTP', () => {
  test('is listed, and told as it stands; the answers are as described', async () => {
    const list = sessions.parse((await get('/api/sessions')).json());
    expect(list.sessions).toMatchObject([
      { name: 'essex-day', endedAt: null, link: 'http://127.0.0.1:8080/sessions/essex-day' },
    ]);
    const now = session.parse((await get('/api/sessions/essex-day')).json());
    expect(now).toMatchObject({
      channels: ['irc:lab/#room'],
      agenda: [{ number: 1, title: '<script>alert(1)</script>', slot: '14:00', votes: 1 }],
      todos: [{ text: '<b>bold</b>', owner: null }],
      pinned: ['https://example.org/?a=1&b=2'],
      votes: [
        {
          state: 'open',
          options: [
            { text: '12:00', votes: null },
            { text: '13:00', votes: null },
          ],
        },
      ],
    });
    expect(now.timeline.map(({ text }) => text)).toContain('ann asks, vote 1 Lunch?');
  });

  test('is told anew to all who ask once something has happened, however soon after the last time', async () => {
    const decided = async () => session.parse((await get('/api/sessions/essex-day')).json()).decisions.length;
    const before = await decided();
    await room.say(ANN, 'note decision: told at once');
    expect(await Promise.all([decided(), decided(), decided()])).toEqual([
      before + 1,
      before + 1,
      before + 1,
    ]);
    await room.say(ANN, 'note decision: and again');
    expect(await decided()).toBe(before + 2);
  });

  test('has a report in three forms, each safe to open', async () => {
    const json = await get('/sessions/essex-day/report.json');
    expect(report.parse(json.json()).decisions).toContainEqual(
      expect.objectContaining({ text: '[x](javascript:alert(1))', by: 'ann' }),
    );
    const page = await get('/sessions/essex-day/report.html');
    expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-/);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.body).not.toMatch(/<script|<b>bold/);
    expect(page.body).toContain('<a href="https://example.org/?a=1&amp;b=2"');
    const text = await get('/sessions/essex-day/report.md');
    expect(text.body).toContain('- \\[x\\](javascript:alert(1)) (ann)');
    expect((await get('/sessions/essex-day/timeline.svg')).body).toBe('<svg/>');
  });

  test('that is not there is answered with what there is', async () => {
    const missing = await get('/api/sessions/esex-day');
    expect(missing.statusCode).toBe(404);
    expect(missing.json().hint).toMatch(/Did you mean "essex-day"/);
    expect((await get('/sessions/nothing.7/report.md')).statusCode).toBe(404);
  });

  test('keeps its address when it is over and another one takes its name', async () => {
    const { id } = room.session;
    await endSession(room.database.db, id, null);
    await insertSession(room.database.db, 'essex-day', null);
    expect((await get('/sessions/essex-day/report.json')).json().session.endedAt).toBeNull();
    const first = (await get(`/sessions/essex-day.${id}/report.json`)).json();
    expect(first.session.endedAt).not.toBeNull();
    expect(first.agenda).toHaveLength(1);
  });
});
