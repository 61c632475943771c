import type { OutgoingMessage } from '../../../adapters/message.ts';
import type { NoteView, PinView, TodoRow, TodoView } from '../../../db/minutes.ts';
import { atMinute, count } from '../words.ts';

export function noteKept(decision: boolean): OutgoingMessage {
  return {
    text: decision
      ? 'Written down as a decision; it will be in the report'
      : 'Written down; it will be in the report',
  };
}

export function noteList(notes: readonly NoteView[], link: string): OutgoingMessage {
  if (notes.length === 0)
    return { text: 'No notes yet. Write one: note <text>, or note decision: <text>', link };
  const lines = notes.map(
    ({ at, by, text, decision }) => `${atMinute(at)} ${by}: ${decision ? 'decision: ' : ''}${text}`,
  );
  return {
    text: `The last ${count(notes.length, 'note')}, all of them at ${link}:\n${lines.join('\n')}`,
    link,
  };
}

/** `askedFor`: the name that was said; nobody here may have it. */
export function todoAdded(
  { number, text }: TodoRow,
  owner: string | null,
  askedFor: string | null,
): OutgoingMessage {
  const whose = owner === null ? `nobody's yet; yours? todo take ${number}` : `${owner}'s`;
  const nobody =
    owner === null && askedFor !== null
      ? ` (nobody called ${askedFor} takes part, so that is part of the text)`
      : '';
  return {
    text: `Todo ${number}: ${text}; ${whose}${nobody}`,
    buttons:
      owner === null ? [{ label: 'I do it', command: `todo take ${number}`, style: 'primary' as const }] : [],
  };
}

export function todoList(todos: readonly TodoView[], link: string): OutgoingMessage {
  const open = todos.filter(({ state }) => state === 'open');
  const done = todos.filter(({ state }) => state === 'done').length;
  const past = done > 0 ? `, ${done} done` : '';
  if (open.length === 0)
    return { text: `No open todos${past}. Add one: todo add <text> [for <person>]`, link };
  const shown = open.slice(0, 12);
  const lines = shown.map(({ number, text, owner }) => `${number} ${text}: ${owner ?? 'nobody yet'}`);
  const more = open.length > shown.length ? [`… and ${open.length - shown.length} more: ${link}`] : [];
  return { text: [`${count(open.length, 'open todo')}${past}:`, ...lines, ...more].join('\n'), link };
}

export function pinList(pins: readonly PinView[], link: string): OutgoingMessage {
  if (pins.length === 0) return { text: 'Nothing is pinned yet. Pin a link or a fact: pin <text>', link };
  return { text: ['Pinned:', ...pins.map(({ number, text }) => `${number} ${text}`)].join('\n'), link };
}
