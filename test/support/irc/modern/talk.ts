import type { Line } from './protocol.ts';
import { type OpenBatch, SERVER, type Session } from './session.ts';
import type { Said, World } from './world.ts';

const MULTILINE = 'draft/multiline';

/** What people say: lines, messages of several lines, taking back, playing back. */
export function talk(world: World, session: Session, line: Line): void {
  const { command, params, tags } = line;
  if (
    session.batch &&
    (command !== 'BATCH' || tags.has('batch')) &&
    tags.get('batch') !== session.batch.reference
  ) {
    session.fault(`${command} while a batch is open`);
  }
  switch (command) {
    case 'BATCH':
      batch(world, session, line);
      break;
    case 'PRIVMSG':
      if (tags.has('batch')) collect(session, line);
      else say(world, session, params[0] ?? '', [{ text: params[1] ?? '', concat: false }], tags);
      break;
    case 'NOTICE':
      for (const each of world.room(params[0] ?? '')) {
        if (each !== session) each.send('NOTICE', params, { source: session.mask });
      }
      break;
    case 'REDACT':
      redact(world, session, params);
      break;
    case 'CHATHISTORY':
      history(world, session, params);
      break;
  }
}

function batch(world: World, session: Session, { params, tags }: Line): void {
  const [reference = '', type = '', target = ''] = params;
  if (reference.startsWith('+')) {
    if (type !== MULTILINE || !session.caps.has(MULTILINE)) {
      session.fault(`a batch of type ${type}`);
      return;
    }
    if (session.batch) session.fault('a batch within a batch');
    session.batch = { reference: reference.slice(1), target, tags, lines: [] };
    // The answer comes when the batch is complete.
    session.holdAnswer();
    return;
  }
  const { batch: open } = session;
  session.batch = undefined;
  if (!open || open.reference !== reference.slice(1)) {
    session.fault('the end of a batch that is not open');
    return;
  }
  session.answering(open.tags.get('label'), () => finish(world, session, open));
}

function finish(world: World, session: Session, { target, tags, lines }: OpenBatch): void {
  const limits = new Map(
    (world.caps.get(MULTILINE) ?? '').split(',').map((part) => part.split('=') as [string, string]),
  );
  const whole = lines.map(({ text, concat }, at) => (at === 0 || concat ? text : `\n${text}`)).join('');
  const fail = (code: string, ...context: string[]): void =>
    session.send('FAIL', ['BATCH', code, ...context, 'refused']);
  const bytes = limits.get('max-bytes') ?? '0';
  const most = limits.get('max-lines') ?? String(lines.length);
  if (Buffer.byteLength(whole) > Number(bytes)) {
    fail('MULTILINE_MAX_BYTES', bytes);
    return;
  }
  if (lines.length > Number(most)) {
    fail('MULTILINE_MAX_LINES', most);
    return;
  }
  if (whole.trim() === '') {
    fail('MULTILINE_INVALID');
    return;
  }
  say(world, session, target, lines, tags);
}

function collect(session: Session, { params, tags }: Line): void {
  const [target = '', text = ''] = params;
  const concat = tags.has('draft/multiline-concat');
  const others = [...tags.keys()].filter((name) => name !== 'batch' && name !== 'draft/multiline-concat');
  if (others.length > 0) session.fault(`tags within a batch: ${others.join(' ')}`);
  if (concat && text === '') session.fault('a blank line joined to another');
  if (target !== session.batch?.target)
    session.fault(`a line to ${target} in a batch to ${session.batch?.target}`);
  session.batch?.lines.push({ text, concat });
}

function say(
  world: World,
  session: Session,
  target: string,
  lines: Said['lines'],
  tags: ReadonlyMap<string, string>,
): void {
  if (world.minds && world.minds.times > 0) {
    world.minds.times--;
    const where = world.minds.numeric === '263' ? 'PRIVMSG' : target;
    session.numeric(world.minds.numeric, where, world.minds.text);
    return;
  }
  const isChannel = target.startsWith('#');
  const receivers = isChannel
    ? [...world.room(target)]
    : [world.find(target)].filter((each) => each !== undefined);
  if (!isChannel && receivers.length === 0) {
    session.numeric('401', target, 'No such nick');
    return;
  }
  if (isChannel && !world.room(target).has(session)) {
    session.numeric('404', target, 'Cannot send to channel');
    return;
  }
  for (const { text } of lines) {
    const passedOn = `:${session.mask} PRIVMSG ${target} :${text}\r\n`;
    if (Buffer.byteLength(passedOn) > 512)
      session.fault(`is cut short when passed on: ${text.slice(0, 40)}…`);
  }
  const message: Said = {
    id: world.nextId(),
    time: new Date().toISOString(),
    source: session.mask,
    account: session.account,
    target,
    lines,
    tags: Object.fromEntries([...tags].filter(([name]) => name.startsWith('+'))),
    redacted: false,
  };
  world.said.push(message);
  for (const each of receivers) if (each !== session) deliver(each, message, world.tagsOf(session));
  if (world.cutAfterNext) {
    world.cutAfterNext = false;
    world.leave(session, 'Connection reset by peer');
    return;
  }
  if (session.caps.has('echo-message')) deliver(session, message, world.tagsOf(session));
}

/** As this client understands it: together, or line by line with what concerns the whole on the first. */
export function deliver(
  to: Session,
  message: Said,
  more: Record<string, string | undefined>,
  within?: string,
): void {
  const { source, target, lines, id, time } = message;
  const whole = { msgid: id, time, account: message.account, ...message.tags, ...more };
  const inside = within === undefined ? {} : { batch: within };
  if (lines.length === 1 || !to.caps.has(MULTILINE)) {
    lines.forEach(({ text }, at) => {
      if (text === '') return;
      to.send('PRIVMSG', [target, text], {
        source,
        tags: at === 0 ? { ...whole, ...inside } : { time, account: message.account, ...inside },
      });
    });
    return;
  }
  const reference = to.reference();
  to.send('BATCH', [`+${reference}`, MULTILINE, target], { source, tags: { ...whole, ...inside } });
  for (const { text, concat } of lines) {
    const tags = { batch: reference, ...(concat ? { 'draft/multiline-concat': '' } : {}) };
    to.send('PRIVMSG', [target, text], { source, tags });
  }
  to.send('BATCH', [`-${reference}`], { tags: inside });
}

function redact(world: World, session: Session, [target = '', id = '']: readonly string[]): void {
  if (!session.caps.has('draft/message-redaction')) {
    session.fault('REDACT without the capability');
    return;
  }
  const message = world.said.find((each) => each.id === id && each.target === target);
  if (!message) {
    session.send('FAIL', ['REDACT', 'UNKNOWN_MSGID', target, id, 'No such message']);
    return;
  }
  message.redacted = true;
  for (const each of world.room(target)) {
    if (each.caps.has('draft/message-redaction')) each.send('REDACT', [target, id], { source: session.mask });
  }
}

function history(
  world: World,
  session: Session,
  [verb, target = '', , count = '0']: readonly string[],
): void {
  if (world.cutAtHistory) {
    world.cutAtHistory = false;
    world.leave(session, 'Connection reset by peer');
    return;
  }
  if (verb !== 'LATEST') {
    session.send('FAIL', ['CHATHISTORY', 'INVALID_PARAMS', String(verb), 'unknown']);
    return;
  }
  const reference = session.reference();
  session.send('BATCH', [`+${reference}`, 'chathistory', target], { source: SERVER });
  for (const message of world.said.filter((each) => each.target === target).slice(-Number(count))) {
    deliver(session, message, {}, reference);
  }
  session.send('BATCH', [`-${reference}`], { source: SERVER });
}
