import type { Interface } from 'node:readline';
import readline from 'node:readline';
import type { WriteStream } from 'node:tty';
import { wrap } from '../render/width.ts';

/**
 * Writes messages above the line that is being typed. The prompt and what stands after it are taken away, the
 * message is written, and readline draws them again with the cursor where it was.
 */
export function createScreen(output: WriteStream, prompt: Interface) {
  let closed = false;
  /** Rows of the newest message, while nothing else has been written below it. */
  let newest: { id: string; rows: number } | undefined;

  /** Takes the prompt away, and so many rows above it. */
  function clearPrompt(rowsAbove: number): void {
    const down = closed ? 0 : prompt.getCursorPos().rows;
    readline.moveCursor(output, 0, -down - rowsAbove);
    readline.cursorTo(output, 0);
    readline.clearScreenDown(output);
  }

  /** How many rows readline will go up before it draws. Not documented; after a paste it lags behind the cursor. */
  function rowsReadlineGoesUp(): number {
    return closed ? 0 : ((prompt as { prevRows?: number }).prevRows ?? 0);
  }

  function write(id: string, lines: readonly string[], rowsAbove: number): void {
    clearPrompt(rowsAbove);
    const rows = lines.flatMap((line) => wrap(line, output.columns || 80));
    output.write(`${rows.join('\n')}\n${'\n'.repeat(rowsReadlineGoesUp())}`);
    newest = { id, rows: rows.length };
    if (!closed) prompt.prompt(true);
  }

  return {
    write: (id: string, lines: readonly string[]): void => write(id, lines, 0),
    /** Replaces the message where it stands if it is the last thing on the screen; else writes it once more. */
    replace(id: string, lines: readonly string[]): void {
      const fits = newest !== undefined && newest.rows + prompt.getCursorPos().rows < (output.rows || 24) - 1;
      write(id, lines, newest?.id === id && fits ? newest.rows : 0);
    },
    /** Something else was written: a line was entered, or the terminal changed its size. */
    disturbed(): void {
      newest = undefined;
    },
    /** Nothing can be typed any more. */
    end(): void {
      clearPrompt(0);
      closed = true;
    },
  };
}
