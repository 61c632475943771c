import { join } from 'node:path';
import { mustAnswer } from '../contender.ts';
import { type Asked, mux, type PeerTask, type PeerTools, quote, readFiles } from './peer.ts';

/** It puts each node's output into a file of its own. */
function task(
  { nodes, parallel }: PeerTools,
  { addresses, commands, lines }: Asked,
  options: string,
): PeerTask {
  const ssh = quote(`-F ${nodes.sshConfig} ${options}`);
  const steps = commands.map(
    (command, i) =>
      `parallel-ssh -h hosts -p ${parallel} -t 0 -x ${ssh} -o out/${i} ${quote(command)} >/dev/null || exit 1`,
  );
  const perStep = lines.length / commands.length;
  return {
    name: 'pssh',
    addresses,
    script: ['mkdir out', ...steps, ''].join('\n'),
    async check(folder) {
      for (const i of commands.keys()) {
        const expected = lines.slice(i * perStep, (i + 1) * perStep);
        mustAnswer(await readFiles(join(folder, 'out', String(i))), addresses, expected);
      }
    },
  };
}

export const psshCommand = (tools: PeerTools, asked: Asked) => task(tools, asked, '');

/** A run of pssh per step, over shared connections. */
export const psshSteps = (tools: PeerTools, asked: Asked) => task(tools, asked, mux(tools));
