import type { Socket } from 'node:net';
import type { Line, Tags } from './protocol.ts';
import { register } from './registration.ts';
import { inRooms } from './rooms.ts';
import { Session } from './session.ts';
import { talk } from './talk.ts';

/** A message that was passed on. */
export interface Said {
  readonly id: string;
  readonly time: string;
  readonly source: string;
  readonly account: string | undefined;
  readonly target: string;
  readonly lines: readonly { readonly text: string; readonly concat: boolean }[];
  /** The client-only tags. */
  readonly tags: Readonly<Record<string, string>>;
  redacted: boolean;
}

interface Refusal {
  readonly numeric: string;
  readonly text: string;
}

/** Everything that an IRCv3 server can offer today. */
const CAPS: readonly (readonly [string, string])[] = [
  ['cap-notify', ''],
  ['message-tags', ''],
  ['server-time', ''],
  ['batch', ''],
  ['account-tag', ''],
  ['account-notify', ''],
  ['extended-join', ''],
  ['echo-message', ''],
  ['labeled-response', ''],
  ['standard-replies', ''],
  ['chghost', ''],
  ['invite-notify', ''],
  ['multi-prefix', ''],
  ['draft/multiline', 'max-bytes=4096,max-lines=24'],
  ['draft/message-redaction', ''],
  ['draft/chathistory', ''],
  ['sasl', 'PLAIN,EXTERNAL'],
];

/** The state of the server, and how it is to misbehave; tests change it at will. */
export class World {
  readonly caps = new Map<string, string>(CAPS);
  readonly sessions = new Set<Session>();
  /** When clients came; milliseconds. */
  readonly connections: number[] = [];
  readonly said: Said[] = [];
  /** Who was let in, and as whom. */
  readonly welcomed: { readonly nick: string; readonly account: string | undefined }[] = [];
  /** What clients did against the rules. */
  readonly faults: string[] = [];
  readonly refusedNicks = new Map<string, Refusal>();
  readonly refusedJoins = new Map<string, Refusal>();
  readonly forwards = new Map<string, string>();
  readonly sasl = {
    mechanisms: ['PLAIN', 'EXTERNAL'],
    accounts: new Map<string, string>(),
    /** The account of whoever shows a certificate. */
    external: undefined as string | undefined,
    /** Instead of any answer to AUTHENTICATE. */
    answer: undefined as Refusal | undefined,
  };
  /** Which nicks are the same. */
  caseMapping: 'ascii' | 'rfc1459' = 'ascii';
  /** Nobody is told whose a nick is. */
  isSilentOnWhois = false;
  /** Why nobody is let in. */
  banned: string | undefined;
  /** So many of the next lines that are said are refused with this. */
  minds: (Refusal & { times: number }) | undefined;
  /** Cuts off who says more than this at once. Lines of all kinds. */
  flood: { readonly burst: number; readonly perSecond: number } | undefined;
  /** Passes on what is said next, and hangs up on whoever said it before he gets to know. */
  cutAfterNext = false;
  /** Hangs up on whoever asks for history next. */
  cutAtHistory = false;
  private readonly rooms = new Map<string, Set<Session>>();
  private ids = 0;

  connect(socket: Socket): void {
    let spent = 0;
    let at = performance.now();
    this.connections.push(at);
    const session: Session = new Session(socket, this.faults, (line) => {
      if (this.flood) {
        const now = performance.now();
        spent = Math.max(0, spent - ((now - at) / 1000) * this.flood.perSecond) + 1;
        at = now;
        if (spent > this.flood.burst) return this.leave(session, 'Excess Flood', 'Excess Flood');
      }
      this.act(session, line);
    });
    this.sessions.add(session);
    session.onClose(() => this.leave(session, 'Connection closed'));
  }

  private act(session: Session, line: Line): void {
    if (line.command === 'PING') {
      session.send('PONG', ['modern.test', line.params.at(-1) ?? '']);
      return;
    }
    if (line.command === 'QUIT') {
      this.leave(session, 'Quit', 'Closing Link: (Quit)');
      return;
    }
    if (['CAP', 'AUTHENTICATE', 'NICK', 'USER'].includes(line.command)) {
      register(this, session, line);
      return;
    }
    if (line.command === 'PONG') return;
    if (!session.registered) {
      session.fault(`${line.command} before the welcome`);
      return;
    }
    inRooms(this, session, line);
    talk(this, session, line);
  }

  find(nick: string): Session | undefined {
    return [...this.sessions].find((each) => this.folded(each.nick) === this.folded(nick));
  }

  private folded(nick: string): string {
    const lower = nick.toLowerCase();
    if (this.caseMapping === 'ascii') return lower;
    return lower.replaceAll('[', '{').replaceAll(']', '}').replaceAll('\\', '|').replaceAll('^', '~');
  }

  room(channel: string): Set<Session> {
    const name = channel.toLowerCase();
    const members = this.rooms.get(name) ?? new Set();
    this.rooms.set(name, members);
    return members;
  }

  /** That he has come into a room. */
  tellJoin(to: Session, who: Session, room: Set<Session>, tags: Tags): void {
    const channel = [...this.rooms].find(([, members]) => members === room)?.[0] ?? '';
    const extended = to.caps.has('extended-join') ? [who.account ?? '*', who.nick] : [];
    to.send('JOIN', [channel, ...extended], { source: who.mask, tags: { ...this.tagsOf(who), ...tags } });
  }

  roomsOf(session: Session): Set<Session>[] {
    return [...this.rooms.values()].filter((members) => members.has(session));
  }

  /** Everybody who shares a channel with him, himself too. */
  around(session: Session): Set<Session> {
    return new Set([session, ...this.roomsOf(session).flatMap((members) => [...members])]);
  }

  tagsOf(session: Session): Record<string, string | undefined> {
    return { account: session.account, ...(session.isBot ? { bot: '' } : {}) };
  }

  nextId(): string {
    return `m${++this.ids}`;
  }

  rename(session: Session, nick: string): void {
    const { nick: before, mask } = session;
    for (const each of this.around(session)) each.send('NICK', [nick], { source: mask });
    session.nick = nick;
    this.tellMonitors(before, '731');
    this.tellMonitors(nick, '730');
  }

  arrived(session: Session): void {
    this.welcomed.push({ nick: session.nick, account: session.account });
    this.tellMonitors(session.nick, '730');
  }

  private tellMonitors(nick: string, numeric: string): void {
    for (const each of this.sessions) if (each.monitored.has(nick)) each.numeric(numeric, nick);
  }

  /** `error`: the last words to himself. */
  leave(session: Session, reason: string, error?: string): void {
    if (!this.sessions.delete(session)) return;
    for (const each of this.around(session)) {
      if (each !== session) each.send('QUIT', [reason], { source: session.mask });
    }
    for (const members of this.roomsOf(session)) members.delete(session);
    session.end(error);
    this.tellMonitors(session.nick, '731');
  }
}
