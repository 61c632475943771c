import { adapterOf } from '../adapters/channel.ts';
import type { OutgoingMessage } from '../adapters/message.ts';
import { finishBoard, openQuestions } from '../db/boards.ts';
import type { Queryable } from '../db/client.ts';
import type { Event } from '../db/events.ts';
import { answerUnsaid, putMessage } from '../db/outbox.ts';
import { askedAbout } from './replies/asked-about.ts';
import { inWords } from './replies/news.ts';

/**
 * Changes questions that an event answers: they say how, and have no buttons any more. Only where messages can be changed any stand there; elsewhere,
 * and where a service was away, they may still wait to be said.
 */
export async function showAnswer(tx: Queryable, event: Event): Promise<void> {
  const answer = answerIn(event);
  if (!answer) return;
  // First: one that gets through meanwhile is among those that stand there.
  await answerUnsaid(tx, answer.about, answer.message);
  for (const { board, channel } of await openQuestions(tx, answer.about)) {
    if (!(await finishBoard(tx, board, channel))) continue;
    await putMessage(tx, { adapter: adapterOf(channel), channel, board, message: answer.message });
  }
}

interface Answer {
  readonly about: string;
  readonly message: OutgoingMessage;
}

function answerIn(event: Event): Answer | null {
  const { kind, data, runId } = event;
  const environment = String(data.environment ?? '');
  switch (kind) {
    case 'approval.approved':
    case 'approval.rejected':
    case 'approval.expired':
    case 'approval.void': {
      const told = inWords(event);
      if (!told) return null;
      const mood = kind === 'approval.approved' ? 'good' : 'bad';
      const message: OutgoingMessage = { kind: 'question', mood, text: told.message.text };
      return { about: askedAbout.approval(Number(data.approval)), message };
    }
    case 'task.resolved': {
      if (runId === null) return null;
      const text = `${environment}: what became of ${String(data.task)} is answered: ${String(data.answer)} (${String(data.by)})`;
      return { about: askedAbout.run(runId), message: { kind: 'question', text } };
    }
    case 'run.ended': {
      if (runId === null) return null;
      const text = `${environment}: what became of its steps is asked no more, the run is over`;
      return { about: askedAbout.run(runId), message: { kind: 'question', text } };
    }
    default:
      return null;
  }
}
