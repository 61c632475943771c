import type { OutgoingMessage } from '../../adapters/message.ts';
import { withoutHashes } from '../../engine/diff/secrets.ts';
import { count, short } from './words.ts';

/** Node → topic → key → value. */
export type FactsView = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>>;

const MOST_ROWS = 60;

/** `inspect`: a summary of every node, or one topic in full. */
export function factsOutcome(
  environment: string,
  topic: string | null,
  facts: FactsView,
  link: string,
  most = MOST_ROWS,
): OutgoingMessage {
  return topic === null ? summary(environment, facts, link) : oneTopic(environment, topic, facts, link, most);
}

function summary(environment: string, facts: FactsView, link: string): OutgoingMessage {
  const nodes = Object.entries(facts);
  const topics = [...new Set(nodes.flatMap(([, node]) => Object.keys(node)))];
  return {
    text: `${environment} inspected: ${count(nodes.length, 'node')}. One topic: inspect ${environment} ${topics[0] ?? 'os'} · topics: ${topics.join(', ')}`,
    blocks: [
      {
        type: 'table',
        columns: ['node', 'system', 'packages', 'services', 'listening', 'files'],
        rows: nodes.map(([name, node]) => [
          name,
          short(
            [node.os?.name ?? node.os?.id, node.os?.version, node.os?.kernel].filter(Boolean).join(' '),
            60,
          ),
          size(node.packages),
          services(node.services),
          size(node.ports),
          size(node.files),
        ]),
      },
    ],
    link,
  };
}

function oneTopic(
  environment: string,
  topic: string,
  facts: FactsView,
  link: string,
  most: number,
): OutgoingMessage {
  const known = [...new Set(Object.values(facts).flatMap((node) => Object.keys(node)))];
  if (!known.includes(topic)) {
    return {
      text: `${environment} inspected, but there is no topic ${topic} — topics: ${known.join(', ')}`,
      link,
    };
  }
  const rows = Object.entries(facts).flatMap(([node, topics]) =>
    Object.entries(topics[topic] ?? {}).map(([key, value]) => [node, key, short(withoutHashes(value), 120)]),
  );
  const more = rows.length > most ? `, the first ${most} of ${rows.length}` : '';
  return {
    text: `${environment} inspected: ${topic}${more} ${link}`,
    blocks: [{ type: 'table', columns: ['node', topic, 'value'], rows: rows.slice(0, most) }],
    link,
  };
}

function size(topic: Readonly<Record<string, string>> | undefined): string {
  return String(Object.keys(topic ?? {}).length);
}

/** `31, 1 failed`. */
function services(topic: Readonly<Record<string, string>> | undefined): string {
  const failed = Object.values(topic ?? {}).filter((value) => value.includes('failed')).length;
  return failed > 0 ? `${size(topic)}, ${failed} failed` : size(topic);
}
