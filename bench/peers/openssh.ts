import { join } from 'node:path';
import { mustAnswer } from '../contender.ts';
import { type Asked, mux, type PeerTask, type PeerTools, type Put, quote, readFiles } from './peer.ts';

/** ssh, started by xargs, with each node's output in a file of its own. */
const task = (
  { parallel }: PeerTools,
  name: string,
  { addresses, lines }: Asked,
  perNode: readonly string[],
): PeerTask => ({
  name,
  addresses,
  script: `mkdir out && exec xargs -P ${parallel} -n 1 sh node.sh <hosts\n`,
  files: { 'node.sh': ['exec >"out/$1"', ...perNode, ''].join('\n') },
  check: async (folder) => mustAnswer(await readFiles(join(folder, 'out')), addresses, lines),
});

export const sshCommand = (tools: PeerTools, asked: Asked): PeerTask =>
  task(
    tools,
    'OpenSSH',
    asked,
    asked.commands.map((command) => `exec ssh -n -F ${tools.nodes.sshConfig} "$1" ${quote(command)}`),
  );

/** The first ssh stays as the master of the others, so that there is one connection per node. */
export function muxSteps(tools: PeerTools, asked: Asked): PeerTask {
  const { sshConfig, port } = tools.nodes;
  const ssh = `ssh -n -F ${sshConfig} -p ${asked.port ?? port} ${mux(tools)} "$1"`;
  const steps = asked.commands.map((command) => `${ssh} ${quote(command)} || exit 1`);
  return task(tools, 'OpenSSH ControlMaster', asked, steps);
}

/** scp, started by xargs. */
export const scp = ({ nodes, parallel }: PeerTools, { addresses, file, target, ...put }: Put): PeerTask => ({
  name: 'scp',
  addresses,
  script: `exec xargs -P ${parallel} -I % scp -q -F ${nodes.sshConfig} ${file} %:${target}/% <hosts\n`,
  ...put,
});
