import { PassThrough } from 'node:stream';
import { createConsoleAdapter } from '../../../adapters/console/adapter.ts';
import { type RepliesUnderTest, repliesContract } from '../../contracts/replies.ts';

async function onPipes(): Promise<RepliesUnderTest> {
  const input = new PassThrough();
  const output = new PassThrough();
  let written = '';
  output.on('data', (data) => {
    written += data;
  });
  const adapter = createConsoleAdapter({ input, output });
  await adapter.start(() => {});
  return {
    async show(message) {
      written = '';
      await adapter.send('console:local', message);
      return {
        text: written,
        plain: written,
        fixed: parts(written),
        // biome-ignore lint/suspicious/noControlCharactersInRegex: that none is left is the point
        made: written.match(/[\x00-\x08\x0b-\x1f]/g) ?? [],
      };
    },
    async end() {
      await adapter.stop();
      input.end();
    },
  };
}

/** Code is set in; tables are not. */
function parts(text: string): string[] {
  const lines = text.split('\n');
  const isCode = (line: string) => line.startsWith('    ');
  return [lines.filter(isCode).join('\n'), lines.filter((line) => !isCode(line)).join('\n')];
}

repliesContract('a console on pipes', onPipes, { leavesBackground: false, runs: 300 });
