import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IncomingMessage } from '../../../adapters/adapter.ts';
import { createConsoleAdapter } from '../../../adapters/console/adapter.ts';
import { eventually } from '../../support/irc/daemon.ts';
import { fakeTerminal } from './terminal.ts';

const LOCAL = 'console:local';

async function onTerminal(columns = 60, rows = 20, complete?: (line: string) => string[]) {
  const terminal = fakeTerminal(columns, rows);
  const adapter = createConsoleAdapter({ ...terminal, prompt: '> ', ...(complete ? { complete } : {}) });
  const received: IncomingMessage[] = [];
  await adapter.start((message) => received.push(message));
  const shows = (last: string) =>
    eventually(`"${last}" on the screen`, () => terminal.rows().at(-1) === last || undefined);
  return { terminal, adapter, received, shows };
}

describe('the console on pipes', () => {
  it('takes each line as a command, in order, and goes on sending after the end of the input', async () => {
    const input = new PassThrough();
    const output = new PassThrough();
    const adapter = createConsoleAdapter({ input, output });
    const received: IncomingMessage[] = [];
    await adapter.start((message) => received.push(message));
    expect(adapter.features.edit).toBe(false);
    input.write('status one\n\n  pool');
    input.end('\r\nlast');
    await expect.poll(() => received.map(({ text }) => text)).toEqual(['status one', 'pool', 'last']);
    expect(received[0]).toMatchObject({ adapter: 'console', channel: LOCAL, sender: { identity: LOCAL } });
    await adapter.send(LOCAL, {
      text: 'done\tnow',
      blocks: [
        {
          type: 'table',
          columns: ['node', 'state'],
          rows: [
            ['controller', 'up'],
            ['n2', 'x'.repeat(300)],
          ],
        },
        { type: 'code', text: 'a\n\n  b\n' },
      ],
      link: 'http://127.0.0.1:8080/runs/1',
    });
    expect(String(output.read())).toBe(
      [
        'done    now',
        'node        state',
        'controller  up',
        `n2          ${'x'.repeat(300)}`,
        '    a',
        '',
        '      b',
        'http://127.0.0.1:8080/runs/1',
        '',
      ].join('\n'),
    );
    await adapter.stop();
  });

  it('fails with a SendError when the reader is gone, and nothing else happens', async () => {
    const output = new PassThrough();
    const adapter = createConsoleAdapter({ input: new PassThrough(), output });
    await adapter.start(() => {});
    output.destroy(new Error('EPIPE'));
    await expect(adapter.send(LOCAL, { text: 'x' })).rejects.toMatchObject({ name: 'SendError' });
    await adapter.stop();
  });
});

describe('the console on a terminal', () => {
  it('prints above the line that is being typed, and leaves it as it was', async () => {
    const { terminal, adapter, received, shows } = await onTerminal();
    terminal.type('status de');
    await shows('> status de');
    terminal.type('\x1b[D\x1b[D'); // two to the left
    await expect.poll(() => terminal.cursor().column).toBe(9);
    await adapter.send(LOCAL, { text: 'demo is ready' });
    await adapter.send(LOCAL, { text: 'two\nlines' });
    expect(terminal.rows()).toEqual(['demo is ready', 'two', 'lines', '> status de']);
    expect(terminal.cursor()).toEqual({ row: 3, column: 9 });
    terminal.type('\x1b[C\x1b[Cmo\r');
    await expect.poll(() => received.map(({ text }) => text)).toEqual(['status demo']);
    expect(terminal.rows()).toEqual(['demo is ready', 'two', 'lines', '> status demo', '>']);
    await adapter.stop();
  });

  it('does so also when the typed line takes several rows', async () => {
    const { terminal, adapter, shows } = await onTerminal(20);
    const typed = 'provision demo from hello pool=lab';
    terminal.type(typed);
    await shows(`> ${typed}`.slice(20));
    for (const text of ['one', 'x'.repeat(50)]) await adapter.send(LOCAL, { text });
    const rows = ['one', 'x'.repeat(20), 'x'.repeat(20), 'x'.repeat(10), `> ${typed}`.slice(0, 20).trimEnd()];
    expect(terminal.rows()).toEqual([...rows, `> ${typed}`.slice(20)]);
    await adapter.stop();
  });

  it('aligns tables within the width of the terminal', async () => {
    const { terminal, adapter } = await onTerminal(30);
    const rows = [
      ['n1', 'a very long description of it'],
      ['node 2', '検証'],
    ];
    await adapter.send(LOCAL, { text: 'pool', blocks: [{ type: 'table', columns: ['node', 'what'], rows }] });
    expect(terminal.rows()).toEqual([
      'pool',
      'node    what',
      'n1      a very long descripti…',
      'node 2  検証',
      '>',
    ]);
    await adapter.stop();
  });

  it('changes the newest message in place, and posts an older one again', async () => {
    const { terminal, adapter, shows } = await onTerminal();
    const board = await adapter.send(LOCAL, { text: 'n1 waiting\nn2 waiting' });
    terminal.type('logs');
    await shows('> logs');
    await adapter.edit(board, { text: 'n1 ready\nn2 waiting\nn3 waiting' });
    await adapter.edit(board, { text: 'all ready' });
    expect(terminal.rows()).toEqual(['all ready', '> logs']);
    await adapter.send(LOCAL, { text: 'demo is ready' });
    await adapter.edit(board, { text: 'verified' });
    await adapter.edit(board, { text: 'verified all' });
    expect(terminal.rows()).toEqual(['all ready', 'demo is ready', 'verified all', '> logs']);
    await adapter.stop();
  });

  it('completes with the Tab key', async () => {
    const { terminal, adapter, shows } = await onTerminal(60, 20, (line) =>
      ['status', 'snapshot'].filter((verb) => verb.startsWith(line)),
    );
    terminal.type('st\t');
    await shows('> status');
    await adapter.stop();
  });

  it('is never driven by the text of a message', async () => {
    const { terminal, adapter } = await onTerminal(80, 24);
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\x1b[2J', '\x1b]0;x\x07', '\x9b5A', '\r\x08'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(text), async (parts) => {
        const hostile = parts.join('');
        await adapter.send(LOCAL, {
          text: hostile,
          blocks: [
            { type: 'code', text: hostile },
            { type: 'table', columns: [hostile], rows: [[hostile]] },
          ],
          link: hostile,
        });
        terminal.rows();
        expect(terminal.rows().at(-1)).toBe('>');
      }),
    );
    await adapter.stop();
  });
});
