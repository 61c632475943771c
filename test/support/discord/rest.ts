import type { IncomingMessage, ServerResponse } from 'node:http';
import { Failure, failures } from './failure.ts';
import type { Interactions } from './interactions.ts';
import type { Messages, Upload } from './messages.ts';
import { type Model, shownChannel } from './model.ts';
import type { createRateLimits } from './rate-limits.ts';
import { checkCommand } from './validate-command.ts';

export interface RestOptions {
  readonly model: Model;
  readonly token: string;
  readonly messages: Messages;
  readonly interactions: Interactions;
  readonly limits: ReturnType<typeof createRateLimits>;
  gatewayUrl(): string;
}

/** One request, as a test may look at it afterwards. */
export interface Heard {
  readonly route: string;
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

type Body = Readonly<Record<string, never>>;
interface Asked {
  readonly ids: readonly string[];
  readonly body: Body;
  readonly uploads: readonly Upload[];
  readonly query: URLSearchParams;
}
interface Route {
  readonly name: string;
  readonly pattern: RegExp;
  /** The path's own token is enough. */
  readonly open?: true;
  readonly status?: number;
  answer(asked: Asked): unknown;
}

const ID = '(\\d{1,20})';
const TOKEN = '([\\w-]+)';

/** Discord's HTTP API, version 10: as much of it as the adapter may need, and 404 for everything else. */
export function createRest({ model, token, messages, interactions, limits, gatewayUrl }: RestOptions) {
  const heard: Heard[] = [];
  const commands: { id: string; name: string }[] = [];
  /** Tests break requests by these; the first that gives something is the answer. */
  const faults: ((route: string) => Failure | 'cut' | 'lost' | 'silent' | undefined)[] = [];

  const register = (body: { name: string }) => {
    checkCommand(body);
    const at = commands.findIndex(({ name }) => name === body.name);
    const command = {
      nsfw: false,
      default_member_permissions: null,
      ...body,
      id: commands[at]?.id ?? model.newId(),
      application_id: model.application,
      version: model.newId(),
    };
    if (at >= 0) commands[at] = command;
    else commands.push(command);
    return command;
  };
  /** For the bot's own application only. */
  const own =
    (answer: Route['answer']): Route['answer'] =>
    (asked) => {
      if (asked.ids[0] !== model.application) throw failures.missingAccess();
      return answer(asked);
    };

  const routes: Route[] = [
    route('GET gateway', '/gateway/bot', () => ({
      url: gatewayUrl(),
      shards: 1,
      session_start_limit: { total: 1_000, remaining: 999, reset_after: 1_000, max_concurrency: 1 },
    })),
    route(
      'GET commands',
      `/applications/${ID}/commands`,
      own(() => commands),
    ),
    route(
      'PUT commands',
      `/applications/${ID}/commands`,
      own(({ body }) => {
        const all = body as unknown as { name: string }[];
        for (const each of all) checkCommand(each);
        commands.length = 0;
        return all.map(register);
      }),
    ),
    route(
      'POST commands',
      `/applications/${ID}/commands`,
      own(({ body }) => register(body as never)),
    ),
    route('GET channel', `/channels/${ID}`, ({ ids }) =>
      shownChannel(messages.channelFor(ids[0] ?? '', 'view')),
    ),
    route('GET messages', `/channels/${ID}/messages`, ({ ids, query }) =>
      messages.page(ids[0] ?? '', query.get('before'), Math.min(100, Number(query.get('limit') ?? 50))),
    ),
    route('POST messages', `/channels/${ID}/messages`, ({ ids, body, uploads }) =>
      messages.create(ids[0] ?? '', body, uploads),
    ),
    route('PATCH message', `/channels/${ID}/messages/${ID}`, ({ ids, body, uploads }) =>
      messages.shown(messages.change(ids[0] ?? '', ids[1] ?? '', body, uploads)),
    ),
    {
      ...route('POST thread', `/channels/${ID}/messages/${ID}/threads`, ({ ids, body }) =>
        messages.thread(ids[0] ?? '', ids[1] ?? '', body as never),
      ),
      status: 201,
    },
    {
      ...route('POST callback', `/interactions/${ID}/${TOKEN}/callback`, ({ ids, body }) =>
        interactions.callback(ids[0] ?? '', ids[1] ?? '', body as never),
      ),
      open: true,
      status: 204,
    },
    {
      ...route('GET answer', `/webhooks/${ID}/${TOKEN}/messages/@original`, ({ ids }) =>
        messages.shown(interactions.original(ids[1] ?? '')),
      ),
      open: true,
    },
    {
      ...route(
        'PATCH answer',
        `/webhooks/${ID}/${TOKEN}/messages/(@original|\\d{1,20})`,
        ({ ids, body, uploads }) =>
          messages.shown(interactions.change(ids[1] ?? '', ids[2] ?? '', body, uploads)),
      ),
      open: true,
    },
    {
      ...route('POST answer', `/webhooks/${ID}/${TOKEN}`, ({ ids, body }) =>
        messages.shown(interactions.follow(ids[1] ?? '', body)),
      ),
      open: true,
    },
  ];

  async function answer(
    request: IncomingMessage,
  ): Promise<{ status: number; body: unknown; headers: Record<string, string>; lost?: true; silent?: true }> {
    const url = new URL(request.url ?? '/', 'http://discord');
    const path = url.pathname.replace(/^\/api\/v10/, '');
    const found = routes.flatMap((one) => {
      const match = request.method === one.name.split(' ')[0] ? one.pattern.exec(path) : null;
      return match ? [{ one, ids: match.slice(1) }] : [];
    })[0];
    const { body, uploads } = await read(request);
    if (!found || path === url.pathname) throw failures.notFound();
    const { one, ids } = found;
    heard.push({ route: one.name, path, body: body as Heard['body'] });
    const fault = faults.map((each) => each(one.name)).find((each) => each !== undefined);
    if (fault instanceof Failure) throw fault;
    if (fault === 'cut') return { status: 0, body: undefined, headers: {}, lost: true };
    if (!one.open && request.headers.authorization !== `Bot ${token}`) throw failures.unauthorized();
    // Interactions must be answered at once, and so have no limit of this kind.
    const headers = one.name === 'POST callback' ? {} : limits.take(one.name, ids[0] ?? '');
    const answered = {
      status: one.status ?? 200,
      body: one.answer({ ids, body, uploads, query: url.searchParams }),
      headers,
    };
    if (fault === 'silent') return { ...answered, silent: true };
    return fault === 'lost' ? { ...answered, lost: true } : answered;
  }

  return {
    heard,
    commands,
    faults,
    async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
      let result: Awaited<ReturnType<typeof answer>>;
      try {
        result = await answer(request);
      } catch (error) {
        const failure =
          error instanceof Failure ? error : new Failure(500, 0, String((error as Error).stack));
        const more =
          failure.status === 429
            ? { retry_after: Number(failure.headers['Retry-After']), global: false }
            : {};
        result = {
          status: failure.status,
          body: { ...failure.body, ...more },
          headers: { ...failure.headers },
        };
      }
      if (result.silent) return;
      // Done, but whoever asked never hears of it.
      if (result.lost) return void request.socket.destroy();
      const json = result.body === undefined ? {} : { 'Content-Type': 'application/json' };
      response.writeHead(result.status, { ...json, ...result.headers });
      response.end(result.body === undefined ? undefined : JSON.stringify(result.body));
    },
  };
}

function route(name: string, path: string, answer: Route['answer']): Route {
  return { name, pattern: new RegExp(`^${path}$`), answer };
}

async function read(request: IncomingMessage): Promise<{ body: Body; uploads: Upload[] }> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/form-data')) {
    return { body: bytes.length > 0 ? JSON.parse(String(bytes)) : {}, uploads: [] };
  }
  const form = await new Response(bytes, { headers: { 'Content-Type': type } }).formData();
  const uploads: Upload[] = [];
  for (const [key, value] of form) {
    const at = /^files\[(\d+)\]$/.exec(key)?.[1];
    if (at !== undefined && typeof value !== 'string')
      uploads[Number(at)] = { name: value.name, data: Buffer.from(await value.arrayBuffer()) };
  }
  return { body: JSON.parse(String(form.get('payload_json') ?? '{}')), uploads };
}
