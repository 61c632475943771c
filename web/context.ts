import type { RequestListener } from 'node:http';
import type { FastifyBaseLogger } from 'fastify';
import type { OutgoingMessage } from '../adapters/message.ts';
import type { Database } from '../db/client.ts';
import type { BlueprintView, PoolView } from './answers.ts';
import type { collectMetrics } from './metrics.ts';
import type { Notice, openStreams } from './stream/streams.ts';

export interface WebOptions {
  readonly database: Database;
  /** Calls back for rows that are new, until the function it returns is called. */
  readonly listenEvents: (onEvent: (notice: Notice) => void) => () => void;
  /** Where people reach this server; links start with it. */
  readonly publicUrl: string;
  /** The folder of the built page (`vite build web/page`). */
  readonly pageDir: string;
  readonly version: string;
  readonly pools: () => Promise<readonly PoolView[]>;
  readonly blueprints: () => Promise<readonly BlueprintView[]>;
  /** What was told when the run ended, with all of its rows; null: it has not. */
  readonly outcome: (runId: number) => Promise<OutgoingMessage | null>;
  /** Draws pictures by name (`run/12/gantt`); null: there is nothing of that name. */
  readonly pictures: {
    svg(name: string): Promise<string | null>;
    png(name: string): Promise<Buffer | null>;
  };
  /** Who has it may read the audit; without one it is not served. */
  readonly auditToken?: string | null;
  /** Takes Slack's signed requests to `/slack/events`, with their bodies unread; absent: there is nothing at that path. */
  readonly slackRequests?: RequestListener;
  readonly log?: FastifyBaseLogger;
  /** Times of the live streams in ms; see {@link import('./stream/streams.ts').StreamOptions}. */
  readonly streamTimes?: { readonly flushMs?: number; readonly beatMs?: number; readonly lookMs?: number };
}

/** What the routes share. */
export interface WebContext extends Omit<WebOptions, 'log' | 'streamTimes'> {
  readonly streams: ReturnType<typeof openStreams>;
  readonly metrics: ReturnType<typeof collectMetrics>;
  readonly openApi: () => object;
}
