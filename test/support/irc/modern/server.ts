import { once } from 'node:events';
import { createServer } from 'node:net';
import { freePort } from '../daemon.ts';
import type { IrcServer } from '../server.ts';
import type { Tags } from './protocol.ts';
import { SERVER, type Session } from './session.ts';
import { World } from './world.ts';

/**
 * An IRC server that offers every IRCv3 capability, keeps to the documents, and misbehaves on demand; no package that can be installed does.
 * `world` is its state: how it is to misbehave, what was said, and what clients did wrong.
 */
export interface ModernServer extends IrcServer {
  readonly world: World;
  /** The client of this nick; throws when there is none. */
  client(nick: string): Session;
  /** Ends a connection with these last words. */
  cut(nick: string, lastWords: string): void;
  /** Many leave at once because two servers lost each other; to those with `batch`, in one. Returns what brings them back. */
  split(nicks: readonly string[]): () => void;
}

export async function startModern(): Promise<ModernServer> {
  const port = await freePort();
  const world = new World();
  const server = createServer((socket) => world.connect(socket));

  const start = async (): Promise<void> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const stop = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const session of [...world.sessions]) session.end();
    await closed;
    for (const session of [...world.sessions]) world.leave(session, 'Connection closed');
  };
  const client = (nick: string): Session => {
    const session = world.find(nick);
    if (!session) throw new Error(`nobody is called ${nick}`);
    return session;
  };
  await start();

  return {
    host: '127.0.0.1',
    port,
    world,
    start,
    stop,
    remove: stop,
    freeze: () => {
      for (const session of world.sessions) session.pause();
    },
    thaw: () => {
      for (const session of world.sessions) session.resume();
    },
    client,
    cut: (nick, lastWords) => world.leave(client(nick), lastWords, lastWords),
    split(nicks) {
      const lost = nicks.map((nick) => ({ session: client(nick), rooms: world.roomsOf(client(nick)) }));
      for (const { session, rooms } of lost) for (const members of rooms) members.delete(session);
      for (const { session } of lost) world.sessions.delete(session);
      for (const each of world.sessions) {
        tellTogether(each, 'netsplit', (tags) => {
          for (const { session } of lost)
            each.send('QUIT', ['hub.test leaf.test'], { source: session.mask, tags });
        });
      }
      return () => {
        for (const { session } of lost) world.sessions.add(session);
        for (const each of world.sessions) {
          tellTogether(each, 'netjoin', (tags) => {
            for (const { session, rooms } of lost) {
              for (const members of rooms)
                if (members.has(each)) world.tellJoin(each, session, members, tags);
            }
          });
        }
        for (const { session, rooms } of lost) for (const members of rooms) members.add(session);
      };
    },
  };
}

function tellTogether(to: Session, type: string, tell: (tags: Tags) => void): void {
  const reference = to.reference();
  to.send('BATCH', [`+${reference}`, type, 'hub.test', 'leaf.test'], { source: SERVER });
  tell({ batch: reference });
  to.send('BATCH', [`-${reference}`], { source: SERVER });
}
