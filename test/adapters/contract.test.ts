import { PassThrough } from 'node:stream';
import { createConsoleAdapter } from '../../adapters/console/adapter.ts';
import { adapterContract } from '../contracts/adapter.ts';
import { eventually } from '../support/irc/daemon.ts';
import { fakeTerminal } from './console/terminal.ts';

adapterContract('a console on pipes', async () => {
  const input = new PassThrough();
  const output = new PassThrough();
  let text = '';
  output.on('data', (data) => {
    text += data;
  });
  const seen = (): string[] => text.split('\n');
  return {
    adapter: createConsoleAdapter({ input, output }),
    channel: 'console:local',
    say: (line) => void input.write(`${line}\n`),
    sees: async (part) => void (await eventually(part, () => text.includes(part) || undefined)),
    seen,
    end: async () => void input.end(),
  };
});

adapterContract('a console on a terminal', async () => {
  const terminal = fakeTerminal(80, 40);
  return {
    adapter: createConsoleAdapter(terminal),
    channel: 'console:local',
    say: (line) => terminal.type(`${line}\r`),
    sees: async (part) =>
      void (await eventually(part, () => terminal.rows().join('\n').includes(part) || undefined)),
    seen: terminal.rows,
    end: async () => {},
  };
});
