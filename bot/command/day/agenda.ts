import { show } from '../names.ts';
import { nearest } from '../nearest.ts';
import type { Told } from '../reads.ts';
import type { AgendaAct, TopicPlace } from './acts.ts';
import { act, firstWord, LONGEST, numbered, numberOf, takeKeys, textOf, wrong } from './told.ts';

export const AGENDA_ACTS = ['add', 'vote', 'unvote', 'move', 'done', 'drop'] as const;
const KEYS = ['at', 'place', 'who'] as const;

/** What stands after `agenda`. */
export function readAgenda(text: string): Told<AgendaAct> {
  const { word, rest } = firstWord(text);
  switch (word) {
    case '':
    case 'show':
    case 'list':
      return rest === ''
        ? act({ do: 'show' })
        : wrong(`agenda alone shows it; ${show(rest)} is too much`, '');
    case 'add':
      return readAdd(rest);
    case 'move':
      return readMove(rest);
    case 'vote':
    case 'unvote':
    case 'done':
    case 'drop':
      return numbered('agenda', word, rest);
    default: {
      const meant = nearest(word, AGENDA_ACTS);
      return wrong(
        `agenda has no ${show(word)}: it has ${AGENDA_ACTS.join(', ')}`,
        ...(meant === null ? [] : [`${meant} ${rest}`]),
        `add ${text.trim()}`,
      );
    }
  }
}

function readAdd(rest: string): Told<AgendaAct> {
  const place = readPlace(rest);
  if ('fault' in place) return wrong(place.fault);
  const title = textOf('the topic', place.text, LONGEST.title);
  if ('fault' in title) return wrong(title.fault);
  return act({ do: 'add', title: title.text, where: place.where });
}

function readMove(rest: string): Told<AgendaAct> {
  const place = readPlace(rest);
  if ('fault' in place) return wrong(place.fault);
  const number = numberOf(place.text.trim());
  if (number === null) {
    return wrong(
      'agenda move needs the number of one topic, and where it goes: agenda move 3 at=14:00 place=blue',
    );
  }
  if (Object.keys(place.where).length === 0) {
    return wrong(`agenda move ${number} needs at least one of at=, place=, who=`);
  }
  return act({ do: 'move', number, where: place.where });
}

function readPlace(words: string): { text: string; where: TopicPlace } | { fault: string } {
  const { text, given, twice } = takeKeys(words, KEYS);
  if (twice !== null) return { fault: `${twice}= is given twice` };
  for (const [key, value] of Object.entries(given)) {
    const checked = textOf(`what stands after ${key}=`, value, LONGEST.word);
    if ('fault' in checked) return checked;
  }
  return { text, where: given };
}
