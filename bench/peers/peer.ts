import { spawn } from 'node:child_process';
import { mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Answers, type Contender, mustAnswer, readTagged } from '../contender.ts';
import type { CpuGroup } from '../cpu/meter.ts';
import { endAll } from '../cpu/processes.ts';
import type { Nodes } from '../nodes.ts';

/** What every peer is given. */
export interface PeerTools {
  /** For its files; one peer runs at a time. */
  readonly folder: string;
  readonly nodes: Nodes;
  readonly group: CpuGroup;
  /** On so many nodes at a time. */
  readonly parallel: number;
}

/** What every contender is asked for. */
export interface Asked {
  readonly addresses: readonly string[];
  /** If not sshd's own. */
  readonly port?: number;
  /** One after the other on each node. */
  readonly commands: readonly string[];
  /** What all of them print together, on every node. */
  readonly lines: readonly string[];
}

/** A file that every node gets, in the folder `target` there, under the node's name. */
export interface Put {
  readonly addresses: readonly string[];
  readonly file: string;
  readonly target: string;
  readonly prepare: () => Promise<void>;
  readonly check: () => Promise<void>;
}

/** One task for one peer: shell text, run in a fresh folder that has a file `hosts`. */
export interface PeerTask {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly script: string;
  /** Further files in the folder. */
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Takes away what an earlier run left on the nodes. */
  readonly prepare?: () => Promise<void>;
  /** Throws unless it did what it should; is given the folder. */
  readonly check: (folder: string) => Promise<void>;
  readonly once?: boolean;
}

/** Standard output of the task's script, in its folder. */
export const OUT = 'stdout';

export function peerContender({ folder, group }: PeerTools, task: PeerTask): Contender {
  const place = join(folder, task.name.replaceAll(/\W+/g, '-'));
  const files = { hosts: `${task.addresses.join('\n')}\n`, 'task.sh': task.script, ...task.files };
  return {
    name: task.name,
    client: group,
    ...(task.once ? { once: true } : {}),
    async prepare() {
      await rm(place, { recursive: true, force: true });
      await mkdir(place, { recursive: true });
      for (const [name, text] of Object.entries(files)) await writeFile(join(place, name), text);
      await task.prepare?.();
    },
    run: () => runScript(place, group, task.env ?? {}),
    // Masters of shared connections wait for more work.
    leave: () => endAll(() => group.pids(), 'SIGTERM'),
    check: () => task.check(place),
  };
}

async function runScript(
  place: string,
  group: CpuGroup,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const out = await open(join(place, OUT), 'w');
  const complaints = await open(join(place, 'stderr'), 'w');
  try {
    const [program = '', ...words] = group.wrap([
      'setpriv',
      '--pdeathsig',
      'KILL',
      '/bin/sh',
      join(place, 'task.sh'),
    ]);
    const child = spawn(program, words, {
      cwd: place,
      env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', HOME: place, ...env },
      stdio: ['ignore', out.fd, complaints.fd],
    });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      // Not `close`: what stays in the background keeps our files open.
      child.once('exit', resolve);
    });
    if (code === 0) return;
    const said = await Promise.all([OUT, 'stderr'].map((name) => readFile(join(place, name), 'utf8')));
    const why = said.flatMap((text) => text.trim().split('\n').slice(-3)).join('; ');
    throw new Error(`its exit code is ${code}: ${why}`);
  } finally {
    await out.close();
    await complaints.close();
  }
}

/** For peers that put `NODE: ` before every line. */
export const checkTagged =
  ({ addresses, lines }: Asked) =>
  async (folder: string) =>
    mustAnswer(readTagged(await readFile(join(folder, OUT), 'utf8'), ': '), addresses, lines);

/** Answers in a file per node. */
export async function readFiles(folder: string): Promise<Answers> {
  const names = await readdir(folder);
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return new Map(names.map((name, i) => [name, (texts[i] ?? '').split('\n').slice(0, -1)]));
}

/** The options of ssh by which commands on one node share a connection. */
export const mux = ({ folder }: PeerTools) =>
  `-o ControlMaster=auto -o ControlPersist=60 -o ControlPath=${join(folder, 'mux-%h')}`;

/** One shell word. */
export const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
