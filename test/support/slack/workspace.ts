import { EventEmitter, once } from 'node:events';
import type { Home, MessageBlock, Modal } from './block-kit.ts';

export interface User {
  readonly id: string;
  readonly name: string;
  readonly realName: string;
}

export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly kind: 'public' | 'private' | 'im';
  readonly members: Set<string>;
  archived: boolean;
  readonly messages: Message[];
}

export interface Message {
  readonly ts: string;
  readonly channel: string;
  readonly user: string;
  readonly bot_id?: string;
  text: string;
  blocks?: readonly MessageBlock[];
  readonly thread_ts?: string;
  readonly metadata?: unknown;
  readonly files?: readonly SharedFile[];
  edited?: boolean;
  /** Only this user sees it. */
  readonly onlyFor?: string;
  /** It came by way of a `response_url`. */
  readonly response?: boolean;
}

export interface SharedFile {
  readonly id: string;
  readonly filename: string;
  readonly title: string;
  readonly altText: string;
  readonly content: Buffer;
}

export interface OpenView {
  readonly id: string;
  hash: string;
  readonly user: string;
  view: Modal;
  /** What the app said against what was filled in, by block. */
  errors?: Readonly<Record<string, string>>;
}

export const TEAM = 'T1';
export const BOT_USER = 'UBOT';
export const BOT_ID = 'BBOT';

/** What is in one Slack workspace. `changed` wakes whoever waits for something to be there. */
export function createWorkspace() {
  const changes = new EventEmitter().setMaxListeners(0);
  const channels = new Map<string, Channel>();
  const users = new Map<string, User>();
  let last = 1_700_000_000_000_000;

  return {
    channels,
    users,
    views: [] as OpenView[],
    homes: new Map<string, Home>(),
    changed: (): void => void changes.emit('change'),
    /** Resolves to what `look` finds, as soon as it finds something. */
    async until<T>(look: () => T, what: string, withinMs = 10_000): Promise<NonNullable<T>> {
      const signal = AbortSignal.timeout(withinMs);
      for (;;) {
        const found = look();
        if (found !== undefined && found !== null && found !== false) return found;
        await once(changes, 'change', { signal }).catch(() => {
          throw new Error(`waited ${withinMs} ms for ${what}`);
        });
      }
    },
    /** A new moment, and the name of the message that is posted then. */
    ts(): string {
      last += 1_000_007;
      return `${Math.floor(last / 1_000_000)}.${String(last % 1_000_000).padStart(6, '0')}`;
    },
    addUser(user: User): User {
      users.set(user.id, user);
      return user;
    },
    addChannel(id: string, options: { kind?: Channel['kind']; members?: string[] } = {}): Channel {
      const { kind = 'public', members = [BOT_USER] } = options;
      const name = id.toLowerCase();
      const channel: Channel = { id, name, kind, members: new Set(members), archived: false, messages: [] };
      channels.set(id, channel);
      return channel;
    },
    /** The conversation of the bot and one person. */
    direct(user: string): Channel {
      const id = `D${user}`;
      return channels.get(id) ?? this.addChannel(id, { kind: 'im', members: [BOT_USER, user] });
    },
    add(message: Message): Message {
      channels.get(message.channel)?.messages.push(message);
      changes.emit('change');
      return message;
    },
  };
}

export type Workspace = ReturnType<typeof createWorkspace>;
