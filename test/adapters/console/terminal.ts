import { PassThrough, Writable } from 'node:stream';

/**
 * A terminal of a given size as the console sees it, and its screen as a person would. It knows the escape
 * sequences that readline draws with; every other one ends the test, as none may reach a terminal.
 */
export function fakeTerminal(columns: number, rows: number) {
  const screen: string[][] = [[]];
  let row = 0;
  let column = 0;

  const put = (character: string): void => {
    if (column >= columns) {
      column = 0;
      row++;
    }
    screen[row] ??= [];
    const line = screen[row] as string[];
    while (line.length < column) line.push(' ');
    line[column++] = character;
  };
  const clearBelow = (): void => {
    screen.length = row + 1;
    (screen[row] as string[]).length = Math.min(screen[row]?.length ?? 0, column);
  };
  const control = (sequence: string): void => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: reading escape sequences is the purpose
    const [, number = '', letter] = /^\x1b\[(\d*)([A-Z])$/.exec(sequence) ?? [];
    const count = Number(number || 1);
    if (letter === 'A') row = Math.max(0, row - count);
    else if (letter === 'B') row += count;
    else if (letter === 'C') column += count;
    else if (letter === 'D') column = Math.max(0, column - count);
    else if (letter === 'G') column = count - 1;
    else if (letter === 'J' && Number(number) === 0) clearBelow();
    else if (letter === 'K' && Number(number) === 0) screen[row]?.splice(column);
    else throw new Error(`an escape sequence reached the terminal: ${JSON.stringify(sequence)}`);
    screen[row] ??= [];
  };

  let failure: Error | undefined;
  const output = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      try {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: reading escape sequences is the purpose
        for (const token of String(chunk).match(/\x1b\[[^A-Za-z]*[A-Za-z]|[\s\S]/gu) ?? []) {
          if (token.length > 1 && token.startsWith('\x1b')) control(token);
          else if (token === '\r') column = 0;
          else if (token === '\n') {
            row++;
            column = 0;
            screen[row] ??= [];
          } else if (token < ' ')
            throw new Error(`a control character reached the terminal: ${JSON.stringify(token)}`);
          else put(token);
        }
      } catch (error) {
        failure ??= error as Error;
      }
      done();
    },
  });
  const input = new PassThrough();
  return {
    input: Object.assign(input, { isTTY: true, setRawMode: () => input }),
    output: Object.assign(output, { isTTY: true, columns, rows }),
    type: (keys: string): void => void input.write(keys),
    /** The rows of the screen, without trailing blanks. Throws if anything reached it that may not. */
    rows(): string[] {
      if (failure) throw failure;
      return screen.map((line) => line.join('').trimEnd());
    },
    cursor: (): { row: number; column: number } => ({ row, column }),
  };
}
