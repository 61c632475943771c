import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { byHttp, createDelivery, type Envelope } from './envelopes.ts';
import { createFiles } from './files.ts';
import { createLimits } from './limits.ts';
import { readManifest } from './manifest.ts';
import { Refused } from './method.ts';
import { webMethods } from './methods.ts';
import { createResponseUrls } from './response-urls.ts';
import { createSockets } from './sockets.ts';
import { createWorkspace } from './workspace.ts';

export const BOT_TOKEN = 'xoxb-test';
export const APP_TOKEN = 'xapp-test';
export const SIGNING_SECRET = 'a signing secret';

/** How a method answers in place of doing what it is for. */
export type Fault =
  | { readonly error: string }
  | { readonly status: number; readonly retryAfter?: number }
  /** It does it, and the answer is lost. */
  | { readonly lost: true }
  /** It does it, and never answers. */
  | { readonly silent: () => void };

export type FakeSlack = Awaited<ReturnType<typeof startSlack>>;

/**
 * A stand-in for Slack, spoken to by its documented protocols: Web API, Socket Mode, signed requests, response URLs. It is
 * strict: arguments, blocks and views that Slack does not document are refused, and so is what goes beyond its limits.
 */
export async function startSlack({ ackWithin = 3_000 } = {}) {
  const workspace = createWorkspace();
  const sockets = createSockets(ackWithin);
  const tokens = { bot: BOT_TOKEN, app: APP_TOKEN };
  const triggers = new Map<string, string>();
  const faults = new Map<string, Fault[]>();
  const holds = new Map<string, Promise<void>>();
  const calls: { method: string; args: Record<string, unknown>; at: number }[] = [];
  const limits = createLimits();
  const manifest = readManifest();
  let url = '';
  let isDown = false;
  let turnedAway = 0;
  let delivery = createDelivery(sockets.carry);
  const delivered: Envelope['payload'][] = [];

  const files = createFiles(() => url);
  const responses = createResponseUrls(workspace, () => url);
  const methods = webMethods(workspace, files, (id) => {
    const user = triggers.get(id) ?? null;
    triggers.delete(id);
    return user;
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const [, what = '', name = ''] = (request.url ?? '').split('/');
    if (isDown) {
      turnedAway++;
      workspace.changed();
      return void request.socket.destroy();
    }
    if (what === 'upload') {
      const ok = await files.take(name, body, request.headers['content-type'] ?? '');
      return void response.writeHead(ok ? 200 : 400).end(ok ? 'OK - 1' : 'size mismatch');
    }
    if (what === 'response') {
      const { status, text } = responses.take(name, body.toString());
      return void response.writeHead(status).end(text);
    }
    const args = read(body.toString(), request.headers['content-type'] ?? '');
    calls.push({ method: name, args, at: Date.now() });
    workspace.changed();
    await holds.get(name);
    const early = limits.early(name, args.channel);
    const fault = early > 0 ? { status: 429, retryAfter: early } : faults.get(name)?.shift();
    if (fault && 'status' in fault) {
      const headers = fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) };
      return void response.writeHead(fault.status, headers).end('{"ok":false,"error":"ratelimited"}');
    }
    const result = fault && 'error' in fault ? { ok: false, error: fault.error } : call(name, args, request);
    workspace.changed();
    if (fault && 'silent' in fault) return fault.silent();
    if (fault && 'lost' in fault) return void request.socket.destroy();
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
  }

  function call(
    name: string,
    args: Record<string, unknown>,
    request: IncomingMessage,
  ): Record<string, unknown> {
    const token = request.headers.authorization?.replace('Bearer ', '');
    const isSocket = name === 'apps.connections.open';
    if (token === undefined) return { ok: false, error: 'not_authed' };
    if (token !== (isSocket ? tokens.app : tokens.bot)) return { ok: false, error: 'invalid_auth' };
    if (isSocket)
      return { ok: true, url: `${url.replace('http', 'ws')}/link/?ticket=${randomUUID()}&app_id=A1` };
    const method = methods[name];
    if (!method) return { ok: false, error: 'unknown_method' };
    try {
      manifest.checkMethod(name, workspace.channels.get(String(args.channel)));
      return { ok: true, ...method(args) };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return { ok: false, error: error.message, response_metadata: { messages: error.messages } };
    }
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: Error) => response.writeHead(500).end(error.stack));
  });
  server.on('upgrade', (request, socket, head) => {
    if (isDown) socket.destroy();
    else sockets.accept(request, socket, head);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    workspace,
    manifest,
    sockets,
    tokens,
    calls,
    delivered,
    apiUrl: `${url}/api/`,
    newResponseUrl: responses.create,
    expireResponseUrls: responses.expire,
    newTrigger(user: string): string {
      const id = `${randomUUID()}.trigger`;
      triggers.set(id, user);
      return id;
    },
    expireTriggers: (): void => triggers.clear(),
    /** The next calls of a method answer so. */
    fail(method: string, ...next: Fault[]): void {
      faults.set(method, [...(faults.get(method) ?? []), ...next]);
    },
    /** From now on these limits are kept: 429 to whoever asks for more. */
    keepLimits: limits.keep,
    /** Calls of a method are answered only when this has come to pass. */
    hold: (method: string, until: Promise<void>): void => void holds.set(method, until),
    called: (method: string) => calls.filter((each) => each.method === method),
    /** From now on Slack sends HTTP requests there. */
    requestUrl(to: string, secret = SIGNING_SECRET): void {
      delivery = createDelivery(byHttp(to, secret, ackWithin));
    },
    deliver(type: Envelope['type'], payload: Envelope['payload']): Promise<boolean> {
      delivered.push(payload);
      return delivery.deliver(type, payload);
    },
    deliverAgain: (payload: Envelope['payload']): Promise<boolean> => delivery.again(payload),
    /** Nothing answers any more, and what was connected is cut. */
    down(): void {
      isDown = true;
      sockets.drop();
    },
    /** Requests that came while it was down. */
    turnedAway: () => turnedAway,
    up(): void {
      isDown = false;
    },
    async close(): Promise<void> {
      sockets.close();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function read(body: string, contentType: string): Record<string, unknown> {
  if (contentType.startsWith('application/json')) return JSON.parse(body || '{}');
  return Object.fromEntries(new URLSearchParams(body));
}
