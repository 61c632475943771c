import { expect, it } from 'vitest';
import { showAnswer } from '../../bot/show-answer.ts';
import { notePosted } from '../../db/boards.ts';
import { appendEvent, type NewEvent, nextEvents } from '../../db/events.ts';
import { outbox } from '../../db/schema.ts';
import { databaseForTests } from '../support/database.ts';

const database = databaseForTests();

it('changes the questions that an event answers, each once, and no others', async () => {
  const { db } = database;
  for (const [board, channel] of [
    ['ask:7:1', 'slack:T1/C1'],
    ['ask:70:2', 'slack:T1/C1'],
    ['approval:7', 'discord:G1/C1'],
    ['approval:8', 'discord:G1/C1'],
    ['approval:9:31', 'slack:T1/C1'],
    ['run:7', 'slack:T1/C1'],
  ] as const)
    await notePosted(db, board, channel, { channel, id: board });
  const data = { environment: 'demo', command: 'reset demo', because: ['bob agrees'] };
  const happened: NewEvent[] = [
    { kind: 'task.resolved', runId: 7, data: { ...data, task: 'wipe', answer: 'done', by: 'bob' } },
    { kind: 'run.ended', runId: 7, data },
    { kind: 'approval.approved', data: { ...data, approval: 7 } },
    { kind: 'approval.started', data: { ...data, approval: 7 } },
    { kind: 'approval.said', data: { ...data, approval: 8 } },
    // Nobody is told of what ends with its session.
    { kind: 'approval.void', data: { ...data, approval: 9, why: 'its session has ended', ended: true } },
  ];
  for (const event of happened) await appendEvent(db, event);
  for (const event of await nextEvents(db, 'test', 10)) await showAnswer(db, event);

  const said = await db.select().from(outbox);
  expect(said.map(({ board, channel }) => [board, channel])).toEqual([
    ['ask:7:1', 'slack:T1/C1'],
    ['approval:7', 'discord:G1/C1'],
    ['approval:9:31', 'slack:T1/C1'],
  ]);
  expect(said.map(({ message }) => message)).toEqual([
    { kind: 'question', text: 'demo: what became of wipe is answered: done (bob)' },
    { kind: 'question', mood: 'good', text: 'Approval 7, "reset demo": approved. bob agrees' },
    { kind: 'question', mood: 'bad', text: 'Approval 9, "reset demo" is void: its session has ended' },
  ]);
});
