/** A line about what set-up does, told before it is done. On standard error: standard output belongs to the program. */
export function say(/** @type {string} */ line) {
  process.stderr.write(`${line}\n`);
}

/**
 * A problem that the person can put right: told in one line, ends the program with exit code 1.
 */
export class SetupError extends Error {
  /** @override */
  name = 'SetupError';
}

/**
 * Runs the body; a SetupError becomes one line and exit code 1, anything else is a bug and keeps its stack.
 * @param {() => Promise<void>} body
 */
export async function runSetup(body) {
  try {
    await body();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(error.message);
    process.exitCode = 1;
  }
}
