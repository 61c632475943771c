import type { OutgoingMessage } from '../../adapters/message.ts';
import { withoutHashes } from '../../engine/diff/secrets.ts';
import type { Changes } from '../../engine/facts/changes.ts';
import { ago, atMinute, count, short } from './words.ts';

/** Node → topic → key → value. */
export type FactsView = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>>;

const MOST_ROWS = 60;

/** `inspect`: a summary of every node, or one topic in full. */
export function factsOutcome(view: FactsOutcome, most = MOST_ROWS): OutgoingMessage {
  return view.topic === null ? summary(view) : oneTopic(view, view.topic, most);
}

export interface FactsOutcome {
  readonly environment: string;
  readonly topic: string | null;
  readonly facts: FactsView;
  readonly changes?: Changes | null | undefined;
  readonly link: string;
}

function summary({ environment, facts, changes, link }: FactsOutcome): OutgoingMessage {
  const nodes = Object.entries(facts);
  const topics = [...new Set(nodes.flatMap(([, node]) => Object.keys(node)))];
  return {
    text: `${environment} inspected: ${count(nodes.length, 'node')}${since(environment, changes)}. One topic: inspect ${environment} ${topics[0] ?? 'os'} · topics: ${topics.join(', ')}`,
    blocks: [
      {
        type: 'table',
        columns: ['node', 'system', 'clock', 'packages', 'services', 'listening', 'files'],
        rows: nodes.map(([name, node]) => [
          name,
          short(
            [node.os?.name ?? node.os?.id, node.os?.version, node.os?.kernel].filter(Boolean).join(' '),
            60,
          ),
          node.clock?.offset ?? '?',
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

function oneTopic({ environment, facts, link }: FactsOutcome, topic: string, most: number): OutgoingMessage {
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

/** `; 3 changes since 2026-11-28T10:02Z (2 h ago), first: controller, packages nova`. */
function since(environment: string, changes: Changes | null | undefined): string {
  if (!changes) return '';
  const when = `${atMinute(changes.since)} (${ago(changes.since)})`;
  const [first] = changes.differences;
  if (!first) return `; nothing changed since ${when}`;
  const all = `diff ${environment} run-${changes.run}`;
  return `; ${count(changes.differences.length, 'change')} since ${when}, first: ${first.node}, ${first.topic} ${first.key} · all: ${all}`;
}

function size(topic: Readonly<Record<string, string>> | undefined): string {
  return String(Object.keys(topic ?? {}).length);
}

/** `31, 1 failed`. */
function services(topic: Readonly<Record<string, string>> | undefined): string {
  const failed = Object.values(topic ?? {}).filter((value) => value.includes('failed')).length;
  return failed > 0 ? `${size(topic)}, ${failed} failed` : size(topic);
}
