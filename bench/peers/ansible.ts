import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Answers, mustAnswer } from '../contender.ts';
import { type Asked, OUT, type PeerTask, type PeerTools, type Put } from './peer.ts';

/** `free`: no node waits for the others between tasks; also quicker than `linear` here. */
const STRATEGY = 'free';

function playbook(tools: PeerTools, name: string, addresses: readonly string[], tasks: readonly object[]) {
  const play = { hosts: 'all', gather_facts: false, strategy: STRATEGY, tasks };
  return {
    name,
    addresses,
    script: 'exec ansible-playbook -i hosts play.yml\n',
    // JSON is YAML.
    files: { 'play.yml': JSON.stringify([play]), 'ansible.cfg': configuration(tools) },
  };
}

/** All that makes it quicker: pipelining, shared connections, no terminals, no search for an interpreter, no facts. */
const configuration = ({ nodes, folder, parallel }: PeerTools) => `[defaults]
forks = ${parallel}
gathering = explicit
interpreter_python = /usr/bin/python3
stdout_callback = oneline
retry_files_enabled = False
[ssh_connection]
pipelining = True
usetty = False
ssh_args = -F ${nodes.sshConfig} -o ControlMaster=auto -o ControlPersist=60
control_path_dir = ${join(folder, 'cp')}
`;

/** What the callback `oneline` prints: `HOST | CHANGED | rc=0 | (stdout) LINE`. */
function readOneline(text: string): Answers {
  const answers = new Map<string, string[]>();
  for (const [, host = '', line = ''] of text.matchAll(/^(\S+) \| CHANGED \| rc=0 \| \(stdout\) (.*)$/gm)) {
    answers.set(host, [...(answers.get(host) ?? []), line.replace(/(\\r)?\\n$/, '').trimEnd()]);
  }
  return answers;
}

function commands(tools: PeerTools, module: 'raw' | 'command', { addresses, ...asked }: Asked): PeerTask {
  const tasks = asked.commands.map((command) => ({ [module]: command }));
  return {
    ...playbook(tools, `Ansible ${module}`, addresses, tasks),
    async check(folder) {
      mustAnswer(readOneline(await readFile(join(folder, OUT), 'utf8')), addresses, asked.lines);
    },
  };
}

/** The module that only sends the command. */
export const ansibleRaw = (tools: PeerTools, asked: Asked) => commands(tools, 'raw', asked);

/** The module that people use: Python on the node starts the command. Minutes for a thousand of them. */
export const ansibleCommand = (tools: PeerTools, asked: Asked) => ({
  ...commands(tools, 'command', asked),
  once: true,
});

/** A file to every node: `target` is the folder, the node's name the file's. */
export function ansibleCopy(tools: PeerTools, { addresses, file, target, ...put }: Put): PeerTask {
  const copy = { src: file, dest: `${target}/{{ inventory_hostname }}` };
  return { ...playbook(tools, 'Ansible copy', addresses, [{ copy }]), ...put };
}
