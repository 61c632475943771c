import { type Asked, checkTagged, mux, type PeerTask, type PeerTools, quote } from './peer.ts';

/** ClusterShell's, which puts `NODE: ` before every line. -S: it fails when a command does. */
function task({ nodes, parallel }: PeerTools, asked: Asked, options: string): PeerTask {
  // A percent sign means something to it, too.
  const ssh = quote(`-F ${nodes.sshConfig} ${options}`.replaceAll('%', '%%'));
  return {
    name: 'clush',
    addresses: asked.addresses,
    script: asked.commands
      .map((one) => `clush -S -q -n -f ${parallel} --hostfile hosts -o ${ssh} ${quote(one)} || exit 1\n`)
      .join(''),
    check: checkTagged(asked),
  };
}

export const clushCommand = (tools: PeerTools, asked: Asked) => task(tools, asked, '');

/** A run of clush per step, over shared connections. */
export const clushSteps = (tools: PeerTools, asked: Asked) => task(tools, asked, mux(tools));
