import { setTimeout as pause } from 'node:timers/promises';
import { createPerson } from '../support/slack/person.ts';
import { APP_TOKEN, BOT_TOKEN, startSlack } from '../support/slack/server.ts';
import { BOT_USER } from '../support/slack/workspace.ts';
import type { Chat } from './chat.ts';

const ROOMS = ['C1', 'C2', 'C3'];

/** Slack with its documented limits kept: a post a second in each channel, 50 edits a minute. */
export async function openSlackChat(): Promise<Chat> {
  const slack = await startSlack();
  for (const id of ROOMS) slack.workspace.addChannel(id);
  const alice = createPerson(slack, 'U1', 'Alice Liddell');
  slack.keepLimits({
    'chat.postMessage': { burst: 6, perSecond: 1.2 },
    'chat.update': { burst: 15, perSecond: 1 },
  });
  const payloads: Record<string, unknown>[] = [];

  return {
    name: 'Slack',
    rooms: ROOMS.length,
    admin: alice.identity,
    config: [
      `slack: ${JSON.stringify({ botToken: BOT_TOKEN, appToken: APP_TOKEN, apiUrl: slack.apiUrl, sockets: 2 })}`,
    ],
    async ask(room, text) {
      payloads.push((await alice.mention(ROOMS[room] ?? '', text)).payload);
    },
    posts: (room) =>
      (slack.workspace.channels.get(ROOMS[room] ?? '')?.messages ?? [])
        // Details in the thread of an outcome say again what they are details of.
        .filter(({ user, thread_ts }) => user === BOT_USER && thread_ts === undefined)
        .map(({ text }) => text),
    troubles: [
      {
        name: 'service down',
        async happen(ms) {
          slack.down();
          await pause(ms);
          slack.up();
        },
      },
      {
        name: 'sockets dropped',
        async happen(ms) {
          for (let time = 0; time < 5; time++) {
            slack.sockets.drop();
            await pause(ms / 5);
          }
        },
      },
      {
        name: '429 storm',
        async happen() {
          const storm = Array.from({ length: 12 }, () => ({ status: 429, retryAfter: 1 }));
          slack.fail('chat.postMessage', ...storm);
          slack.fail('chat.update', ...storm);
        },
      },
      {
        name: 'answers lost, faults of the service',
        async happen() {
          const odd = [{ lost: true } as const, { status: 503 }, { error: 'fatal_error' }];
          slack.fail('chat.postMessage', ...odd, ...odd, ...odd);
          slack.fail('chat.update', ...odd, ...odd);
        },
      },
      {
        name: 'events delivered again',
        async happen() {
          for (const payload of payloads) await slack.deliverAgain(payload);
        },
      },
    ],
    swallow: () =>
      new Promise<void>((resolve) => {
        slack.fail('chat.postMessage', { silent: resolve });
      }),
    close: () => slack.close(),
  };
}
