import { createSshTransport } from '../../../engine/transports/ssh.ts';
import type { TransportWorld } from '../../contracts/transport/kit.ts';
import { startSshd } from '../../support/sshd.ts';

/** A node whose tasks are kept by this shell. */
export async function sshWorld(shell: string, env: Record<string, string> = {}): Promise<TransportWorld> {
  const server = await startSshd({ env });
  return {
    // A machine that is busy may owe an answer for a second or two; after four and a half a node counts as silent.
    transport: createSshTransport({ keepaliveMs: 1_500, watchAfterMs: 50, lookAgainMs: 200, shell }),
    endpoint: server.endpoint,
    stateDir: server.stateDir,
    folder: server.home,
    killServer: server.kill,
    startServer: server.start,
    stop: server.stop,
  };
}
