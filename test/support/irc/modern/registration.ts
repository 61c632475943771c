import type { Line } from './protocol.ts';
import { SERVER, type Session } from './session.ts';
import type { World } from './world.ts';

const NICK = /^[A-Za-z[\]\\`_^{|}][A-Za-z0-9[\]\\`_^{|}-]{0,29}$/;
const DEPENDS_ON_BATCH = ['labeled-response', 'draft/multiline', 'draft/chathistory'];

/** CAP, SASL, NICK and USER: everything until the welcome, and what of it is allowed later. */
export function register(world: World, session: Session, { command, params }: Line): void {
  switch (command) {
    case 'CAP':
      capabilities(world, session, params);
      break;
    case 'AUTHENTICATE':
      authenticate(world, session, params[0] ?? '');
      break;
    case 'NICK':
      nick(world, session, params[0] ?? '');
      break;
    case 'USER':
      session.user = (params[0] ?? '').slice(0, 10);
      welcome(world, session);
      break;
  }
}

function capabilities(world: World, session: Session, [verb = '', ...rest]: readonly string[]): void {
  const asked = (rest.at(-1) ?? '').split(' ').filter((name) => name !== '');
  if (verb === 'LS') {
    session.negotiating = !session.registered;
    const all = [...world.caps].map(([name, value]) => (value === '' ? name : `${name}=${value}`));
    // In two lines, as long lists come.
    const half = Math.ceil(all.length / 2);
    if (rest[0] === '302' && all.length > 1)
      session.send('CAP', [session.nick, 'LS', '*', all.slice(0, half).join(' ')]);
    session.send('CAP', [
      session.nick,
      'LS',
      all.slice(rest[0] === '302' && all.length > 1 ? half : 0).join(' '),
    ]);
  } else if (verb === 'REQ') {
    session.negotiating ||= !session.registered;
    const wanted = new Set([...session.caps, ...asked]);
    const unknown = asked.filter((name) => !world.caps.has(name.replace(/^-/, '')));
    const lacks = DEPENDS_ON_BATCH.some((name) => wanted.has(name) && !wanted.has('batch'));
    if (unknown.length > 0 || lacks) session.fault(`CAP REQ of ${unknown.join(' ')}, or without batch`);
    const taken = unknown.length === 0 && !lacks;
    if (taken) for (const name of asked) session.caps.add(name);
    session.send('CAP', [session.nick, taken ? 'ACK' : 'NAK', asked.join(' ')]);
  } else if (verb === 'END') {
    session.negotiating = false;
    welcome(world, session);
  }
}

function authenticate(world: World, session: Session, word: string): void {
  const { sasl } = world;
  if (!session.caps.has('sasl')) session.fault('AUTHENTICATE without the capability');
  if (sasl.answer) {
    session.numeric(sasl.answer.numeric, sasl.answer.text);
    return;
  }
  if (session.mechanism === '') {
    if (!sasl.mechanisms.includes(word)) {
      session.numeric('908', sasl.mechanisms.join(','), 'are available SASL mechanisms');
      session.numeric('904', 'SASL authentication failed');
      return;
    }
    session.mechanism = word;
    session.send('AUTHENTICATE', ['+'], { source: '' });
    return;
  }
  const account = session.mechanism === 'EXTERNAL' ? sasl.external : passwordLogin(world, word);
  session.mechanism = '';
  if (account === undefined) {
    session.numeric('904', 'SASL authentication failed');
    return;
  }
  session.account = account;
  session.numeric('900', session.mask, account, `You are now logged in as ${account}`);
  session.numeric('903', 'SASL authentication successful');
}

function passwordLogin({ sasl }: World, word: string): string | undefined {
  const [, account = '', password = ''] = Buffer.from(word, 'base64').toString().split('\0');
  return sasl.accounts.get(account) === password ? account : undefined;
}

function nick(world: World, session: Session, wanted: string): void {
  const refusal = world.refusedNicks.get(wanted);
  if (refusal) {
    session.numeric(refusal.numeric, wanted, refusal.text);
    return;
  }
  if (!NICK.test(wanted)) {
    session.numeric('432', wanted, 'Erroneous nickname');
    return;
  }
  const holder = world.find(wanted);
  if (holder && holder !== session) {
    session.numeric('433', wanted, 'Nickname is already in use');
    return;
  }
  if (session.registered) world.rename(session, wanted);
  else {
    session.nick = wanted;
    welcome(world, session);
  }
}

function welcome(world: World, session: Session): void {
  if (session.registered || session.negotiating || session.nick === '*' || session.user === '') return;
  if (world.banned !== undefined) {
    session.numeric('465', `You are banned from this server: ${world.banned}`);
    session.end(`Closing Link: ${session.host} (K-Lined: ${world.banned})`);
    return;
  }
  session.registered = true;
  session.numeric('001', `Welcome ${session.mask}`);
  session.numeric('002', `Your host is ${SERVER}`);
  session.numeric(
    '005',
    `CASEMAPPING=${world.caseMapping}`,
    'CHANTYPES=#',
    'STATUSMSG=@+',
    'PREFIX=(ov)@+',
    'WHOX',
    'MONITOR=100',
    'BOT=B',
    'CHATHISTORY=100',
    'are supported by this server',
  );
  session.numeric('422', 'MOTD File is missing');
  world.arrived(session);
}
