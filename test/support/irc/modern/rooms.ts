import type { Line } from './protocol.ts';
import type { Session } from './session.ts';
import type { World } from './world.ts';

/** Coming, going, and asking who is there. */
export function inRooms(world: World, session: Session, { command, params }: Line): void {
  const [first = '', second = '', third = ''] = params;
  switch (command) {
    case 'JOIN':
      for (const channel of first.split(',')) join(world, session, channel);
      break;
    case 'PART':
      part(world, session, first);
      break;
    case 'KICK':
      kick(world, session.mask, first, second, third);
      break;
    case 'INVITE':
      world.find(first)?.send('INVITE', [first, second], { source: session.mask });
      break;
    case 'MODE':
      if (second === '+B') session.isBot = true;
      session.send('MODE', params, { source: session.mask });
      break;
    case 'WHO':
      who(world, session, first, second);
      break;
    case 'WHOIS':
      whois(world, session, first);
      break;
    case 'MONITOR':
      monitor(world, session, first, second);
      break;
  }
}

function join(world: World, session: Session, asked: string): void {
  const refusal = world.refusedJoins.get(asked);
  if (refusal) {
    session.numeric(refusal.numeric, asked, refusal.text);
    return;
  }
  const forward = world.forwards.get(asked);
  if (forward !== undefined) session.numeric('470', asked, forward, 'Forwarding to another channel');
  const channel = forward ?? asked;
  const members = world.room(channel);
  if (members.has(session)) return;
  members.add(session);
  for (const member of members) world.tellJoin(member, session, members, {});
  session.numeric('353', '=', channel, [...members].map(({ nick }) => nick).join(' '));
  session.numeric('366', channel, 'End of NAMES');
}

function part(world: World, session: Session, channel: string): void {
  const members = world.room(channel);
  if (!members.has(session)) {
    session.numeric('442', channel, 'You are not on that channel');
    return;
  }
  for (const member of members) member.send('PART', [channel], { source: session.mask });
  members.delete(session);
}

export function kick(world: World, source: string, channel: string, nick: string, reason: string): void {
  const members = world.room(channel);
  const victim = world.find(nick);
  if (!victim || !members.has(victim)) return;
  for (const member of members) member.send('KICK', [channel, nick, reason], { source });
  members.delete(victim);
}

/** WHOX with the fields that were asked for, in the order of the document. */
function who(world: World, session: Session, channel: string, fields: string): void {
  const [wanted = '', token = ''] = fields.replace('%', '').split(',');
  for (const { nick, user, host, account } of world.room(channel)) {
    const values = { t: token, c: channel, u: user, h: host, n: nick, a: account ?? '0' };
    const shown = Object.entries(values).filter(([letter]) => wanted.includes(letter));
    if (wanted !== '') session.numeric('354', ...shown.map(([, value]) => value));
  }
  session.numeric('315', channel, 'End of WHO list');
}

function whois(world: World, session: Session, nick: string): void {
  if (world.isSilentOnWhois) return;
  const person = world.find(nick);
  if (person) {
    session.numeric('311', person.nick, person.user, person.host, '*', person.nick);
    if (person.account) session.numeric('330', person.nick, person.account, 'is logged in as');
  } else session.numeric('401', nick, 'No such nick');
  session.numeric('318', nick, 'End of WHOIS');
}

function monitor(world: World, session: Session, sign: string, nick: string): void {
  if (sign === '-') return void session.monitored.delete(nick);
  session.monitored.add(nick);
  session.numeric(world.find(nick) ? '730' : '731', nick);
}
