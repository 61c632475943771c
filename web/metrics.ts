import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { FastifyInstance } from 'fastify';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Database } from '../db/client.ts';
import { countsByState } from '../db/views.ts';
import { measureChats } from './metrics/chats.ts';

export interface Metrics {
  /** Prometheus text. */
  text(): Promise<string>;
  readonly contentType: string;
  /** A viewer was too slow and was dropped. */
  viewerDropped(): void;
}

/** Measures this server and counts what the database holds when it is asked. */
export function collectMetrics(
  app: FastifyInstance,
  options: { readonly database: Database; readonly version: string; readonly viewers: () => number },
): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Histogram({
    name: 'deployday_http_request_seconds',
    help: 'Time to answer a request, by route',
    labelNames: ['route', 'status'],
    buckets: [0.005, 0.025, 0.1, 0.5, 2.5],
    registers,
  });
  const dropped = new Counter({
    name: 'deployday_stream_dropped_total',
    help: 'Viewers dropped as too slow',
    registers,
  });
  const runs = new Gauge({ name: 'deployday_runs', help: 'Runs by state', labelNames: ['state'], registers });
  const tasks = new Gauge({
    name: 'deployday_tasks',
    help: 'Tasks of the runs that go on, by state',
    labelNames: ['state'],
    registers,
  });
  new Gauge({
    name: 'deployday_stream_viewers',
    help: 'Open live streams',
    registers,
    collect() {
      this.set(options.viewers());
    },
  });
  new Gauge({
    name: 'deployday_resident_memory_bytes',
    help: 'Memory of this process',
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  new Gauge({ name: 'deployday_info', help: 'The version', labelNames: ['version'], registers })
    .labels(options.version)
    .set(1);

  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  new Gauge({
    name: 'deployday_event_loop_lag_seconds',
    help: 'How late the event loop was since the last scrape, by quantile',
    labelNames: ['quantile'],
    registers,
    collect() {
      for (const quantile of [0.5, 0.99])
        this.labels(String(quantile)).set(delay.percentile(quantile * 100) / 1e9);
      delay.reset();
    },
  });

  const chats = measureChats(registers);
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    requests.labels(route, String(reply.statusCode)).observe(reply.elapsedTime / 1000);
  });
  app.addHook('onClose', async () => delay.disable());

  return {
    contentType: registry.contentType,
    viewerDropped: () => dropped.inc(),
    async text() {
      const counts = await countsByState(options.database.db);
      for (const [gauge, states] of [
        [runs, counts.runs],
        [tasks, counts.tasks],
      ] as const) {
        gauge.reset();
        for (const [state, count] of states) gauge.labels(state).set(count);
      }
      await chats(options.database.db);
      return registry.metrics();
    },
  };
}
