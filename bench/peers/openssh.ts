import { join } from 'node:path';
import { mustAnswer } from '../contender.ts';
import { type Asked, mux, type PeerTask, type PeerTools, quote, readFiles } from './peer.ts';

/** So many at a time; of 4, 8, 16, 32 and 64 the one with the least processor time on two cores, and as quick as any. */
const PARALLEL = 16;

/** ssh, started by xargs, with each node's output in a file of its own. */
const task = (name: string, { addresses, lines }: Asked, perNode: readonly string[]): PeerTask => ({
  name,
  addresses,
  script: `mkdir out && exec xargs -P ${PARALLEL} -n 1 sh node.sh <hosts\n`,
  files: { 'node.sh': ['exec >"out/$1"', ...perNode, ''].join('\n') },
  check: async (folder) => mustAnswer(await readFiles(join(folder, 'out')), addresses, lines),
});

export const sshCommand = ({ nodes }: PeerTools, asked: Asked): PeerTask =>
  task(
    'OpenSSH',
    asked,
    asked.commands.map((command) => `exec ssh -n -F ${nodes.sshConfig} "$1" ${quote(command)}`),
  );

/** The first ssh stays as the master of the others, so that there is one connection per node. */
export function muxSteps(tools: PeerTools, asked: Asked): PeerTask {
  const { sshConfig, port } = tools.nodes;
  const ssh = `ssh -n -F ${sshConfig} -p ${asked.port ?? port} ${mux(tools)} "$1"`;
  const steps = asked.commands.map((command) => `${ssh} ${quote(command)} || exit 1`);
  return task('OpenSSH ControlMaster', asked, steps);
}
