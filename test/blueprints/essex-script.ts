import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '..', '..', 'blueprints', 'essex');

export interface EssexScript {
  /** Path in the blueprint's folder. */
  readonly file: string;
  /** Where Keystone's stand-in is; the others are where it says. */
  readonly identity: string;
  /** The compute nodes and their zones. */
  readonly zones: Readonly<Record<string, string>>;
  /** Variables beside those of every script here. */
  readonly env?: Readonly<Record<string, string>>;
  /** Shell text between the prelude and the script. */
  readonly before?: string;
  /** What is to stand in the script in place of something else, which must be there. */
  readonly instead?: Readonly<Record<string, string>>;
}

/** Runs a script of essex as the controller of these compute nodes would, but every `…_WITHIN` of it is over at once. */
export function runEssexScript({ file, identity, zones, env, before = '', instead = {} }: EssexScript) {
  const read = (path: string) => readFileSync(join(FOLDER, path), 'utf8');
  let impatient = read(file).replace(/(?<=^[A-Z]+_WITHIN = )\d+/gm, '0');
  for (const [text, other] of Object.entries(instead)) {
    if (!impatient.includes(text)) throw new Error(`${file} does not say ${text}`);
    impatient = impatient.replaceAll(text, other);
  }
  const script = `${read('lib.sh')}\n${read('api.sh')}\n${before}\n${impatient}`;
  const shell = spawn('/bin/sh', [], {
    env: {
      PATH: process.env.PATH,
      PARAM_REGION: 'RegionOne',
      PARAM_ADMIN_PASSWORD: 'secret',
      ROLE_CONTROLLER_ADDRESSES: '127.0.0.1',
      ROLE_COMPUTE_NAMES: Object.keys(zones).join(' '),
      ROLE_COMPUTE_ZONES: Object.values(zones).join(' '),
      no_proxy: '127.0.0.1',
      ...env,
    },
  });
  shell.stdin.end(script.replace('IDENTITY_URL=http://$CONTROLLER:5000/v3', `IDENTITY_URL=${identity}/v3`));
  const said: string[] = [];
  for (const stream of [shell.stdout, shell.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => said.push(chunk));
  return new Promise<{ code: number | null; said: string }>((resolve) =>
    shell.on('close', (code) => resolve({ code, said: said.join('') })),
  );
}
