import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { describeIf, needHost } from '../support/needs.ts';

const LIBRARY = fileURLToPath(new URL('../../blueprints/essex/lib.sh', import.meta.url));

let server: Server | undefined;
afterEach(() => server?.close());

/** A server that answers with these codes, one after the other and then with the last one, each with a body. */
async function serverWith(codes: readonly number[]): Promise<{ url: string; asked: () => number }> {
  let asked = 0;
  server = createServer((_, response) => {
    const code = codes[Math.min(asked, codes.length - 1)] ?? 500;
    asked += 1;
    response.writeHead(code, { 'content-type': 'text/plain' }).end(`this is ${code}\n`);
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, asked: () => asked };
}

/** The prelude's own `answers`, as a step calls it. */
function answers(url: string, seconds: number): Promise<{ code: number | null; said: string }> {
  const script = '. "$1"; systemctl() { :; }; answers "$2" "$3" nova-api';
  const shell = spawn('/bin/sh', ['-c', script, 'sh', LIBRARY, url, String(seconds)], {
    env: { PATH: process.env.PATH, ROLE_CONTROLLER_ADDRESSES: '127.0.0.1', no_proxy: '127.0.0.1' },
  });
  let said = '';
  for (const stream of [shell.stdout, shell.stderr]) stream.on('data', (text) => (said += text));
  return new Promise((resolve) => shell.on('close', (code) => resolve({ code, said })));
}

describeIf(needHost({ commands: ['curl'] }))('waiting until a service of essex answers', () => {
  it('goes on over answers that say "not yet" at some length', async () => {
    const { url, asked } = await serverWith([503, 500, 300]);
    expect(await answers(url, 30)).toEqual({ code: 0, said: '' });
    expect(asked()).toBe(3);
  });

  it('takes what says that one is not let in for an answer', async () => {
    const { url } = await serverWith([401]);
    expect(await answers(url, 1)).toEqual({ code: 0, said: '' });
  });

  it('says what the last answer was when there was no other', async () => {
    const { url } = await serverWith([503]);
    const { code, said } = await answers(url, 1);
    expect(code).toBe(1);
    expect(said).toBe(`${url} did not answer within 1 s (last HTTP code 503): look at /var/log/nova\n`);
  });
});
