import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Blueprint, ParamValues } from '../../engine/blueprint/blueprint.ts';
import { preludeOf } from '../../engine/blueprint/fill.ts';
import type { Endpoint } from '../../engine/transport.ts';

/** A machine as somebody with a shell sees it. */
export interface ShellNode {
  readonly name: string;
  readonly role: string;
  readonly endpoint: Endpoint;
  readonly variables: Readonly<Record<string, string>>;
}

export interface Hands {
  /** One ssh call that runs this shell text on the node; rejects with its last lines when it fails. */
  on(node: ShellNode, text: string): Promise<void>;
  /** What every script of the blueprint begins with, for {@link on}. */
  readonly prelude: string;
  /** The step's script as the blueprint has it, for {@link on}. */
  step(id: string): string;
}

/** What a person with ssh and the blueprint's own scripts has: no supervisor, no journal, no board. */
export function createHands(blueprint: Blueprint, values: ParamValues, folder: string): Hands {
  const prelude = preludeOf(blueprint, values);
  return {
    prelude,
    step(id) {
      const step = blueprint.steps.find((one) => one.id === id);
      if (!step) throw new Error(`essex has no step ${id}`);
      return `${prelude}\n${step.run}`;
    },
    async on(node, text) {
      const key = join(folder, 'key');
      await writeFile(key, node.endpoint.privateKey, { mode: 0o600 });
      const exports = Object.entries(node.variables).map(
        ([name, value]) => `export ${name}=${quoted(value)}`,
      );
      await ssh(node.endpoint, key, `${exports.join('\n')}\n${text}`);
    },
  };
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

function ssh({ host, port, user }: Endpoint, key: string, input: string): Promise<void> {
  const options = [
    'BatchMode=yes',
    'StrictHostKeyChecking=no',
    'UserKnownHostsFile=/dev/null',
    'LogLevel=ERROR',
  ];
  const words = [
    '-F',
    '/dev/null',
    '-i',
    key,
    '-p',
    String(port),
    ...options.flatMap((option) => ['-o', option]),
  ];
  return new Promise((resolve, reject) => {
    const child = spawn('ssh', [...words, `${user}@${host}`, 'sh', '-s'], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(-4_000);
      });
    }
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0
        ? resolve()
        : reject(new Error(`ssh ${host} ended with ${code}: ${said.split('\n').slice(-8).join('\n')}`)),
    );
    child.stdin.end(input);
  });
}
