import { show } from '../names.ts';
import { nearest } from '../nearest.ts';
import type { Told } from '../reads.ts';
import type { AnnounceAct, NoteAct, PinAct, TodoAct } from './acts.ts';
import { act, firstWord, LONGEST, numbered, numberOf, textOf, wrong } from './told.ts';

/** What stands after `note`. */
export function readNote(text: string): Told<NoteAct> {
  if (text.trim() === '') return act({ do: 'show' });
  const decided = /^\s*decision\s*:\s*([\s\S]*)$/i.exec(text)?.[1];
  const note = textOf(decided === undefined ? 'the note' : 'the decision', decided ?? text, LONGEST.note);
  return 'fault' in note
    ? wrong(note.fault)
    : act({ do: 'add', text: note.text, decision: decided !== undefined });
}

/** What stands after `announce`. */
export function readAnnouncement(text: string): Told<AnnounceAct> {
  const said = textOf('the announcement', text, LONGEST.note);
  return 'fault' in said ? wrong(said.fault, 'lunch is there') : act({ text: said.text });
}

export const TODO_ACTS = ['add', 'done', 'take', 'give', 'drop'] as const;

/** What stands after `todo`. */
export function readTodo(text: string): Told<TodoAct> {
  const { word, rest } = firstWord(text);
  switch (word) {
    case '':
    case 'show':
    case 'list':
      return rest === ''
        ? act({ do: 'show' })
        : wrong(`todo alone lists them; ${show(rest)} is too much`, '');
    case 'add':
      return readTodoText(rest);
    case 'done':
    case 'drop':
    case 'take':
      return numbered('todo', word, rest);
    case 'give':
      return readGive(rest);
    default: {
      const meant = nearest(word, TODO_ACTS);
      return wrong(
        `todo has no ${show(word)}: it has ${TODO_ACTS.join(', ')}`,
        ...(meant === null ? [] : [`${meant} ${rest}`]),
        `add ${text.trim()}`,
      );
    }
  }
}

function readTodoText(rest: string): Told<TodoAct> {
  const todo = textOf('what is to be done', rest, LONGEST.note);
  if ('fault' in todo) return wrong(todo.fault);
  const [, before = '', quoted, plain] = /^(.+)\sfor (?:"([^"]+)"|(\S+))$/i.exec(todo.text) ?? [];
  const name = quoted ?? plain;
  return act({ do: 'add', text: todo.text, for: name === undefined ? null : { name, text: before.trim() } });
}

function readGive(rest: string): Told<TodoAct> {
  const { word, rest: whom } = firstWord(rest);
  const number = numberOf(word);
  const person = textOf('the person', whom.replace(/^to\s+/i, '').replace(/^"(.+)"$/, '$1'), LONGEST.word);
  if (number === null || 'fault' in person) {
    return wrong('todo give needs a number and a person: todo give 3 bob');
  }
  return act({ do: 'give', number, person: person.text });
}

/** What stands after `pin`. */
export function readPin(text: string): Told<PinAct> {
  if (text.trim() === '') return act({ do: 'show' });
  const { word, rest } = firstWord(text);
  if (word === 'drop' && (rest === '' || numberOf(rest) !== null)) return numbered('pin', 'drop', rest);
  const pin = textOf('what is to be pinned', text, LONGEST.note);
  return 'fault' in pin ? wrong(pin.fault) : act({ do: 'add', text: pin.text });
}
