import { type Asked, checkTagged, mux, type PeerTask, type PeerTools, quote } from './peer.ts';

/** It puts `NODE: ` before every line. -S: it fails when a command does. */
const task = ({ nodes, parallel }: PeerTools, asked: Asked, options: string): PeerTask => ({
  name: 'pdsh',
  addresses: asked.addresses,
  script: asked.commands
    .map((command) => `pdsh -S -R ssh -f ${parallel} -w ^hosts ${quote(command)} || exit 1\n`)
    .join(''),
  env: { PDSH_SSH_ARGS: `-F ${nodes.sshConfig} ${options} -l%u %h` },
  check: checkTagged(asked),
});

export const pdshCommand = (tools: PeerTools, asked: Asked) => task(tools, asked, '');

/** A run of pdsh per step, over shared connections. */
export const pdshSteps = (tools: PeerTools, asked: Asked) => task(tools, asked, mux(tools));
