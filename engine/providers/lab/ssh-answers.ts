import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { until } from './processes.ts';

/** True when the other end greets as an SSH server within `timeoutMs`. Closes the stream. */
export function greetsAsSsh(stream: Duplex, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (answer: boolean) => {
      clearTimeout(timer);
      stream.destroy();
      resolve(answer);
    };
    const timer = setTimeout(end, timeoutMs, false);
    stream.once('data', (greeting: Buffer) => end(greeting.toString('latin1').startsWith('SSH-')));
    stream.on('error', () => end(false));
    stream.once('close', () => end(false));
  });
}

/** An sshd that is there greets within this, also while everything else boots on a slow machine. */
const greetingMs = 15_000;

/** Waits until the address greets as an SSH server; false when `timeoutMs` have passed or `stillHopeful` says no. */
export async function waitForSsh(
  host: string,
  port: number,
  timeoutMs: number,
  stillHopeful: () => Promise<boolean>,
): Promise<boolean> {
  let hopeful = true;
  const answered = await until(
    async () => {
      if (await greetsAsSsh(connect({ host, port }), greetingMs)) return true;
      hopeful = await stillHopeful();
      return !hopeful;
    },
    timeoutMs,
    15,
  );
  return answered && hopeful;
}
