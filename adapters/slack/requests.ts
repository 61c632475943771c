import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { HTTPReceiver, type Logger } from '@slack/bolt';
import { silent } from './api.ts';
import { type Log, SlackConfigError } from './config.ts';

/** The path that Slack's requests come to: events, commands and interactions alike. */
export const REQUEST_PATH = '/slack/events';

/** Takes Slack's HTTP requests: checks signature and age, acknowledges, passes on. */
export function takeRequests(signingSecret: string, log: Log) {
  const receiver = new HTTPReceiver({ signingSecret, endpoints: [REQUEST_PATH], logger: telling(log) });
  let server: Server | undefined;
  let open = false;

  /** Until we can act on them, Slack is asked to come again. */
  function handle(request: IncomingMessage, response: ServerResponse): void {
    if (!open) {
      response.writeHead(503, { 'retry-after': '5' }).end();
      return;
    }
    try {
      receiver.requestListener(request, response);
    } catch {
      response.writeHead(404).end();
    }
  }

  return {
    receiver,
    handle,
    open(): void {
      open = true;
    },
    async listen({ host, port }: { host: string; port: number }): Promise<void> {
      const listening = createServer(handle);
      await new Promise<void>((resolve, reject) => {
        listening.once('listening', resolve);
        listening.once('error', (cause: NodeJS.ErrnoException) => {
          const why = cause.code === 'EADDRINUSE' ? 'something else listens there' : cause.message;
          reject(new SlackConfigError('events', `cannot listen on ${host}:${port}: ${why}`, { cause }));
        });
        listening.listen(port, host);
      });
      server = listening;
    },
    async close(): Promise<void> {
      open = false;
      const listening = server;
      server = undefined;
      if (!listening) return;
      await new Promise<void>((resolve) => {
        listening.close(() => resolve());
        listening.closeAllConnections();
      });
    },
  };
}

/** Requests that do not come from Slack, or are not what we expect, are worth knowing. */
function telling(log: Log): Logger {
  return { ...silent, warn: (...words: unknown[]) => log.warn(`slack: ${words.join(' ')}`) };
}
