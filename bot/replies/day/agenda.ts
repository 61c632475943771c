import type { OutgoingMessage, TableBlock } from '../../../adapters/message.ts';
import type { TopicRow, TopicView } from '../../../db/agenda.ts';
import { inOrder } from '../../../sessions/agenda.ts';
import { count } from '../words.ts';

type Placed = Pick<TopicRow, 'number' | 'title' | 'slot' | 'place' | 'who'>;

/** `3 OVN or Linux bridge? (14:00, blue room, bob)` */
export function topicLine({ number, title, slot, place, who }: Placed): string {
  const where = [slot, place, who].filter(Boolean).join(', ');
  return `${number} ${title}${where ? ` (${where})` : ''}`;
}

export function topicAdded(topic: Placed): OutgoingMessage {
  return {
    text: `On the agenda: ${topicLine(topic)}. Who wants it, too: agenda vote ${topic.number}`,
    buttons: [{ label: 'I want it, too', command: `agenda vote ${topic.number}`, style: 'plain' }],
  };
}

const MOST_SHOWN = 8;

export function agendaList(session: string, topics: readonly TopicView[], link: string): OutgoingMessage {
  const open = inOrder(topics.filter(({ state }) => state === 'open'));
  const done = topics.filter(({ state }) => state === 'done').length;
  if (open.length === 0) {
    const past = done > 0 ? `${count(done, 'topic')} done, none open` : 'nothing yet';
    return { text: `Agenda of ${session}: ${past}. Propose a topic: agenda add <topic>`, link };
  }
  const lines = open
    .slice(0, MOST_SHOWN)
    .map((topic) => `${topicLine(topic)}: ${count(topic.votes, 'vote')}`);
  const more = open.length > MOST_SHOWN ? [`… and ${open.length - MOST_SHOWN} more: ${link}`] : [];
  return {
    text: [`Agenda of ${session}, most wanted first (want one, too: agenda vote N):`, ...lines, ...more].join(
      '\n',
    ),
    blocks: [
      { type: 'text', text: `Agenda of ${session}, most wanted first. Want one, too: agenda vote N` },
      topicTable(open),
    ],
    blocksAre: 'restated',
    link,
  };
}

const COLUMNS: readonly (readonly [heading: string, cell: (topic: TopicView) => string])[] = [
  // The N of `agenda vote N`.
  ['N', ({ number }) => String(number)],
  ['topic', ({ title }) => title],
  ['votes', ({ votes }) => String(votes)],
  ['when', ({ slot }) => slot ?? ''],
  ['where', ({ place }) => place ?? ''],
  ['who', ({ who }) => who ?? ''],
];

/** Without the columns in which no topic says anything. */
function topicTable(topics: readonly TopicView[]): TableBlock {
  const columns = COLUMNS.filter(([, cell]) => topics.some((topic) => cell(topic) !== ''));
  return {
    type: 'table',
    columns: columns.map(([heading]) => heading),
    rows: topics.map((topic) => columns.map(([, cell]) => cell(topic))),
  };
}
