import type { Queryable } from '../../../db/client.ts';
import { appendEvent } from '../../../db/events.ts';
import {
  dropPin,
  findTodo,
  insertNote,
  insertPin,
  insertTodo,
  notesIn,
  notesOf,
  ownTodo,
  pinsOf,
  settleTodo,
  type TodoRow,
  todosOf,
} from '../../../db/minutes.ts';
import { Refusal } from '../../../engine/refusal.ts';
import type { TodoAct } from '../../command/day/acts.ts';
import { findPerson, personCalled } from '../../find-person.ts';
import { noteKept, noteList, pinList, todoAdded, todoList } from '../../replies/day/minutes.ts';
import type { Asking, Handler, Request, Services } from '../handler.ts';
import { type Author, authorOf, refuseBeyond, refuseOthers, sessionOf, unsecret, write } from './author.ts';

/** Enough for any day; more is somebody who wants to spoil it. */
const MOST = { notes: 5_000, todos: 500, pins: 50 } as const;
/** Of one person, so that nobody fills them alone. */
const MOST_OWN = { notes: 500, todos: 50, pins: 10 } as const;
const MOST_TODOS_EVER = 100;
const NOTES_SHOWN = 10;

export const note: Handler<'note'> = async (services, request) => {
  const { database, links } = services;
  const { act } = request.command;
  if (act.do === 'show') {
    const session = sessionOf(request);
    return noteList(await notesOf(database.db, session.id, NOTES_SHOWN), links.session(session));
  }
  const author = authorOf(request);
  const { session, personId } = author;
  const { decision } = act;
  const text = await unsecret(services, act.text);
  return write(services, author, async (tx) => {
    if ((await notesIn(tx, session.id)) >= MOST.notes) {
      throw new Refusal(
        `the minutes have ${MOST.notes} notes already, and no more fit`,
        'what they say: report',
      );
    }
    if ((await notesIn(tx, session.id, personId)) >= MOST_OWN.notes) {
      throw new Refusal(
        `${MOST_OWN.notes} notes are yours already, and no more fit`,
        'ask somebody else to note it',
      );
    }
    await insertNote(tx, { sessionId: session.id, text, decision, personId });
    await tell(tx, author, decision ? 'decision.noted' : 'note.added', { text });
    return noteKept(decision);
  });
};

export const todo: Handler<'todo'> = async (services, request) => {
  const { database, links } = services;
  const { act } = request.command;
  if (act.do === 'show') {
    const session = sessionOf(request);
    return todoList(await todosOf(database.db, session.id), links.session(session));
  }
  const author = authorOf(request);
  if (act.do === 'add') return addTodo(services, request, author, act);
  const receiver = act.do === 'give' ? await findPerson(database.db, act.person, request) : null;
  return write(services, author, async (tx) => {
    const row = await findTodo(tx, author.session.id, act.number);
    if (!row) throw new Refusal(`there is no todo ${act.number}`, 'todo lists them');
    if (row.state !== 'open')
      throw new Refusal(`todo ${row.number} is ${row.state} already`, 'todo lists what is open');
    switch (act.do) {
      case 'done':
        await settleTodo(tx, row.id, 'done', author.personId);
        break;
      case 'drop':
        refuseOthers(author, [row.personId, row.ownerId], `todo ${row.number}`);
        await settleTodo(tx, row.id, 'dropped', author.personId);
        break;
      case 'take':
        await ownTodo(tx, row.id, author.personId);
        break;
      case 'give':
        await ownTodo(tx, row.id, receiver?.id ?? author.personId);
        break;
    }
    await tellTodo(tx, author, act.do, row, receiver?.name);
    const whose = {
      done: 'done',
      drop: 'dropped',
      take: `${author.name} does it`,
      give: `${receiver?.name} does it`,
    };
    return { text: `Todo ${row.number} ${row.text}: ${whose[act.do]}` };
  });
};

async function addTodo(
  services: Services,
  asking: Asking,
  author: Author,
  act: Extract<TodoAct, { do: 'add' }>,
) {
  const named = act.for === null ? null : await personCalled(services.database.db, act.for.name, asking);
  const text = await unsecret(services, named === null ? act.text : (act.for?.text ?? act.text));
  const { session, personId } = author;
  return write(services, author, async (tx) => {
    const todos = await todosOf(tx, session.id);
    if (todos.length >= MOST.todos)
      throw new Refusal(
        `there are ${MOST.todos} todos already, with those that are over`,
        'note it instead: note …',
      );
    const ever = todos.filter((each) => each.personId === personId);
    const own = ever.filter(({ state }) => state === 'open');
    if (own.length >= MOST_OWN.todos) {
      throw new Refusal(
        `${MOST_OWN.todos} open todos are from you already`,
        `todo done ${own[0]?.number} makes room`,
      );
    }
    refuseBeyond(author, ever.length, MOST_TODOS_EVER, 'todos');
    const row = await insertTodo(tx, { sessionId: session.id, text, ownerId: named?.id ?? null, personId });
    await tellTodo(tx, author, 'add', row, named?.name);
    return todoAdded(row, named?.name ?? null, act.for?.name ?? null);
  });
}

export const pin: Handler<'pin'> = async (services, request) => {
  const { act } = request.command;
  if (act.do === 'show') return pinned(services, request as unknown as Request<'pinned'>);
  const author = authorOf(request);
  const { session, personId } = author;
  const text = act.do === 'add' ? await unsecret(services, act.text) : '';
  return write(services, author, async (tx) => {
    const pins = await pinsOf(tx, session.id);
    if (act.do === 'add') {
      if (pins.length >= MOST.pins)
        throw new Refusal(`${MOST.pins} things are pinned already`, 'pin drop N makes room');
      const own = pins.filter((each) => each.personId === personId);
      if (own.length >= MOST_OWN.pins) {
        throw new Refusal(`${MOST_OWN.pins} pins are yours already`, `pin drop ${own[0]?.number} makes room`);
      }
      const { number } = await insertPin(tx, { sessionId: session.id, text, personId });
      await tell(tx, author, 'pin.added', { number, text });
      return { text: `Pinned as ${number}; pinned shows all of it` };
    }
    const row = pins.find(({ number }) => number === act.number);
    if (!row) throw new Refusal(`nothing is pinned as ${act.number}`, 'pinned lists it');
    refuseOthers(author, [row.personId], `what is pinned as ${row.number}`);
    await dropPin(tx, row.id);
    await tell(tx, author, 'pin.dropped', { number: row.number, text: row.text });
    return { text: `No longer pinned: ${row.text}` };
  });
};

export const pinned: Handler<'pinned'> = async ({ database, links }, request) => {
  const session = sessionOf(request);
  return pinList(await pinsOf(database.db, session.id), links.session(session));
};

function tellTodo(
  tx: Queryable,
  author: Author,
  what: Exclude<TodoAct['do'], 'show'>,
  { number, text }: TodoRow,
  owner: string | undefined,
): Promise<number> {
  return tell(tx, author, `todo.${what}`, { number, text, ...(owner === undefined ? {} : { owner }) });
}

function tell(
  tx: Queryable,
  { session, personId, channel }: Author,
  kind: string,
  data: Record<string, unknown>,
): Promise<number> {
  return appendEvent(tx, { kind, sessionId: session.id, personId, channel, data });
}
