import { EventEmitter, once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Carry, Envelope } from './envelopes.ts';

/** The sockets of Socket Mode. */
export function createSockets(ackWithin: number) {
  const server = new WebSocketServer({ noServer: true });
  const changes = new EventEmitter().setMaxListeners(0);
  const live: WebSocket[] = [];
  let turn = 0;
  /** How many have said hello so far. */
  let opened = 0;
  let greets = true;

  function accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    server.handleUpgrade(request, socket, head, (ws) => {
      ws.on('close', () => {
        const at = live.indexOf(ws);
        if (at >= 0) live.splice(at, 1);
        changes.emit('change');
      });
      ws.on('error', () => {});
      ws.setMaxListeners(0);
      if (!greets) return;
      ws.send(
        JSON.stringify({
          type: 'hello',
          num_connections: live.length + 1,
          connection_info: { app_id: 'A1' },
          debug_info: { host: 'applink-1', approximate_connection_time: 18_060 },
        }),
      );
      live.push(ws);
      opened++;
      changes.emit('change');
    });
  }

  /** Resolves to a socket that is open, each in its turn; null when there is none in time. */
  async function next(): Promise<WebSocket | null> {
    const signal = AbortSignal.timeout(ackWithin * 3);
    while (live.length === 0) {
      try {
        await once(changes, 'change', { signal });
      } catch {
        return null;
      }
    }
    return live[turn++ % live.length] ?? null;
  }

  const answers: Record<string, unknown>[] = [];
  const carry: Carry = async (envelope: Envelope) => {
    // Only events wait for a socket to come: a command without one fails at once.
    if (live.length === 0 && envelope.type !== 'events_api') return false;
    const ws = await next();
    if (!ws) return false;
    const acknowledged = new Promise<boolean>((resolve) => {
      const late = setTimeout(done, ackWithin, false);
      const lost = (): void => done(false);
      const read = (data: Buffer): void => {
        const { envelope_id, payload } = JSON.parse(data.toString());
        if (envelope_id !== envelope.envelope_id) return;
        if (payload) answers.push(payload);
        done(true);
      };
      function done(acked: boolean): void {
        clearTimeout(late);
        ws?.off('message', read).off('close', lost);
        resolve(acked);
      }
      ws.on('message', read).on('close', lost);
    });
    ws.send(JSON.stringify(envelope));
    return acknowledged;
  };

  return {
    accept,
    carry,
    /** What came with acknowledgements. */
    answers,
    count: (): number => live.length,
    opened: (): number => opened,
    /** New sockets are taken, but never greeted. */
    staySilent(silent: boolean): void {
      greets = !silent;
    },
    /** Cuts the connections, as a network does. */
    drop(): void {
      for (const ws of [...live]) ws.terminate();
    },
    /** Leaves them open, but answers nothing any more. */
    freeze(): void {
      for (const ws of live) ws.pause();
    },
    /** Announces that the oldest socket will be closed, and why. */
    recycle(reason: string): void {
      live[0]?.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'applink-1' } }));
    },
    async until(look: () => boolean, withinMs = 10_000): Promise<void> {
      const signal = AbortSignal.timeout(withinMs);
      while (!look()) await once(changes, 'change', { signal });
    },
    close(): void {
      for (const ws of server.clients) ws.terminate();
      server.close();
    },
  };
}
