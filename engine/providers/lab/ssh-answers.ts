import { connect } from 'node:net';
import { until } from './processes.ts';

/** True when something at the address greets as an SSH server within `timeoutMs`. */
export function greetsAsSsh(host: string, port: number, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeoutMs, () => end(false));
    socket.once('data', (greeting) => end(greeting.toString('latin1').startsWith('SSH-')));
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
  });
}

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
      if (await greetsAsSsh(host, port, 3000)) return true;
      hopeful = await stillHopeful();
      return !hopeful;
    },
    timeoutMs,
    15,
  );
  return answered && hopeful;
}
