import type { RequestListener } from 'node:http';
import type { SlackAdapter } from '../../adapters/slack/adapter.ts';
import type { Config } from '../config.ts';

/** Where Slack's HTTP requests come in on the page's own address. */
export interface SlackDoor {
  /** Takes them; null: none come by this door. */
  readonly requests: RequestListener | null;
  /** From now on they go to this adapter; returns it. */
  lead(adapter: SlackAdapter): SlackAdapter;
}

export function createSlackDoor({ slack }: Pick<Config, 'slack'>): SlackDoor {
  let current: RequestListener | undefined;
  const isOpen = slack?.signingSecret !== undefined && slack.appToken === undefined && !slack.events;
  return {
    requests: isOpen
      ? (request, response) => {
          if (current) current(request, response);
          // Not yet, or it is another process that talks to Slack: Slack comes again.
          else response.writeHead(503, { 'retry-after': '5' }).end();
        }
      : null,
    lead(adapter) {
      current = adapter.requests;
      return adapter;
    },
  };
}
