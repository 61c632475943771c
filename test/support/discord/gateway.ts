import type { IncomingMessage as Request } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { ChannelType, type Model, shownChannel } from './model.ts';

const INTENTS = { guilds: 1 << 0, guildMessages: 1 << 9, directMessages: 1 << 12, content: 1 << 15 };
const PRIVILEGED = (1 << 1) | (1 << 8) | INTENTS.content;
const OP = {
  dispatch: 0,
  heartbeat: 1,
  identify: 2,
  resume: 6,
  reconnect: 7,
  invalidSession: 9,
  hello: 10,
  heartbeatAck: 11,
} as const;

interface Session {
  readonly id: string;
  readonly intents: number;
  readonly events: { s: number; t: string; d: object }[];
  socket: WebSocket | null;
}

/** An event, as a session with these intents is told it; null: it is not told. */
export type Event = (intents: typeof INTENTS, has: (intent: number) => boolean) => object | null;

export interface GatewayOptions {
  readonly model: Model;
  readonly token: string;
  /** ms */
  readonly heartbeat: number;
  url(): string;
}

/** The gateway, version 10, JSON without compression. */
export function createGateway({ model, token, heartbeat, url }: GatewayOptions) {
  const server = new WebSocketServer({ noServer: true });
  const sessions = new Map<string, Session>();
  const of = new Map<WebSocket, Session>();
  const told = { identifies: 0, resumes: 0, resumed: 0, heartbeats: 0, connections: 0 };
  let acknowledges = true;
  let closesWith: number | null = null;
  let silent = false;

  const send = (socket: WebSocket, op: number, d: unknown, more: object = {}): void =>
    socket.send(JSON.stringify({ op, d, s: null, t: null, ...more }));

  server.on('connection', (socket: WebSocket, request: Request) => {
    told.connections++;
    const query = new URL(request.url ?? '/', 'http://gateway').searchParams;
    if (query.get('v') !== '10' || query.get('encoding') !== 'json') return socket.close(4012);
    socket.on('error', () => {});
    socket.on('close', () => {
      const session = of.get(socket);
      if (session?.socket === socket) session.socket = null;
    });
    socket.on('message', (data) => {
      const payload = read(String(data));
      if (!payload) return socket.close(4002);
      const { op, d } = payload;
      if (op === OP.heartbeat) {
        told.heartbeats++;
        if (acknowledges) send(socket, OP.heartbeatAck, null);
      } else if (op === OP.identify) {
        if (of.has(socket)) return socket.close(4005);
        identify(socket, d);
      } else if (op === OP.resume) {
        if (of.has(socket)) return socket.close(4005);
        resume(socket, d);
      } else socket.close(of.has(socket) ? 4001 : 4003);
    });
    if (!silent) send(socket, OP.hello, { heartbeat_interval: heartbeat });
  });

  function identify(socket: WebSocket, d: Record<string, unknown>): void {
    told.identifies++;
    const known = ['token', 'properties', 'intents', 'shard', 'compress', 'large_threshold', 'presence'];
    const intents = Number(d.intents);
    const code =
      closesWith ??
      (Object.keys(d).some((key) => !known.includes(key)) || typeof d.properties !== 'object'
        ? 4002
        : d.token !== token
          ? 4004
          : !Number.isInteger(intents) || intents < 0
            ? 4013
            : intents & PRIVILEGED
              ? 4014
              : null);
    if (code !== null) {
      socket.close(code);
      return;
    }
    const session: Session = { id: `session-${model.newId()}`, intents, events: [], socket };
    sessions.set(session.id, session);
    of.set(socket, session);
    dispatch(session, 'READY', {
      v: 10,
      user: model.bot,
      guilds: [{ id: model.guild, unavailable: true }],
      session_id: session.id,
      resume_gateway_url: url(),
      shard: [0, 1],
      application: { id: model.application, flags: 0 },
    });
    if (intents & INTENTS.guilds) dispatch(session, 'GUILD_CREATE', guild());
  }

  function resume(socket: WebSocket, d: Record<string, unknown>): void {
    told.resumes++;
    if (d.token !== token) {
      socket.close(4004);
      return;
    }
    const session = sessions.get(String(d.session_id));
    if (!session) {
      send(socket, OP.invalidSession, false);
      return;
    }
    if (Number(d.seq) > session.events.length) {
      socket.close(4007);
      return;
    }
    session.socket = socket;
    of.set(socket, session);
    for (const event of session.events.slice(Number(d.seq))) send(socket, OP.dispatch, event.d, event);
    dispatch(session, 'RESUMED', {});
    told.resumed++;
  }

  function dispatch(session: Session, t: string, d: object): void {
    const event = { s: session.events.length + 1, t, d };
    session.events.push(event);
    if (session.socket) send(session.socket, OP.dispatch, d, event);
  }

  function guild(): object {
    const all = [...model.channels.values()].filter(
      (channel) => channel.guild_id && !channel.forbidden.has('view'),
    );
    const isThread = (type: number) => type === ChannelType.publicThread;
    return {
      id: model.guild,
      name: 'Deploy day',
      owner_id: '1',
      roles: [
        { id: model.guild, name: '@everyone', permissions: '0', position: 0, color: 0 },
        {
          id: model.role,
          name: 'deployday',
          permissions: '0',
          position: 1,
          color: 0,
          tags: { bot_id: model.bot.id },
        },
      ],
      channels: all.filter(({ type }) => !isThread(type)).map(shownChannel),
      threads: all.filter(({ type }) => isThread(type)).map(shownChannel),
      members: [
        {
          user: model.bot,
          roles: [model.role],
          joined_at: new Date(0).toISOString(),
          deaf: false,
          mute: false,
        },
      ],
      member_count: 2,
      emojis: [],
      stickers: [],
      features: [],
      voice_states: [],
      presences: [],
      stage_instances: [],
      guild_scheduled_events: [],
      soundboard_sounds: [],
      unavailable: false,
      large: false,
      joined_at: new Date(0).toISOString(),
    };
  }

  const connected = () => [...sessions.values()].flatMap(({ socket }) => socket ?? []);

  return {
    told,
    upgrade(request: Request, socket: Duplex, head: Buffer): void {
      server.handleUpgrade(request, socket, head, (client) => server.emit('connection', client, request));
    },
    /** Tells an event to every session that may know of it, now or when it resumes. */
    tell(t: string, event: Event): void {
      for (const session of sessions.values()) {
        const d = event(INTENTS, (intent) => (session.intents & intent) !== 0);
        if (d) dispatch(session, t, d);
      }
    },
    /** How many are connected with a session now. */
    connected: (): number => connected().length,
    sockets: (): number => server.clients.size,
    /** Cuts every connection, without a word. */
    drop(): void {
      for (const socket of server.clients) socket.terminate();
    },
    close(code: number): void {
      for (const socket of server.clients) socket.close(code);
    },
    askToReconnect(): void {
      for (const socket of connected()) send(socket, OP.reconnect, null);
    },
    invalidate(resumable: boolean): void {
      for (const socket of connected()) {
        of.delete(socket);
        send(socket, OP.invalidSession, resumable);
      }
    },
    /** No session can be resumed any more. */
    forget: (): void => sessions.clear(),
    /** Heartbeats are not answered while this is on: a connection that only looks alive. */
    zombie(on: boolean): void {
      acknowledges = !on;
    },
    /** Whoever identifies is closed with this code; null: as usual. */
    refuse(code: number | null): void {
      closesWith = code;
    },
    /** Takes connections and says nothing. */
    mute(on: boolean): void {
      silent = on;
    },
  };
}

function read(text: string): { op: number; d: Record<string, unknown> } | null {
  try {
    const payload = JSON.parse(text);
    return typeof payload === 'object' && payload !== null && typeof payload.op === 'number' ? payload : null;
  } catch {
    return null;
  }
}
