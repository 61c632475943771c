import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Environment, Node } from '../../db/environments.ts';
import type { Endpoint } from '../transport.ts';
import { CALLBACK } from './callback.ts';
import { FOLDER } from './left-folders.ts';
import { noteOwner } from './owner.ts';

export interface InventoryNode {
  readonly node: Node;
  readonly endpoint: Endpoint;
  /** What the scripts of a blueprint get on it (docs/blueprints.md). */
  readonly variables: Readonly<Record<string, string>>;
}

export interface PlaybookFolder {
  /** Mode 0700. */
  readonly dir: string;
  /** The playbook's own files. */
  readonly project: string;
  readonly inventory: string;
  readonly settings: string;
  /** Where our callback writes how it ended. */
  readonly summary: string;
  /** Where it is noted that the process goes on that runs it. */
  readonly beat: string;
  remove(): Promise<void>;
}

export interface FolderOptions {
  readonly files: readonly { readonly path: string; readonly sha256: string }[];
  readonly content: (sha256: string) => Promise<Buffer>;
  readonly environment: Environment;
  readonly nodes: readonly InventoryNode[];
}

/** Lays out all that Ansible reads: the playbook as the run froze it, the inventory, login keys, known host keys. */
export async function layOut(options: FolderOptions): Promise<PlaybookFolder> {
  const dir = await mkdtemp(join(tmpdir(), FOLDER));
  const remove = () => rm(dir, { recursive: true, force: true, maxRetries: 3 });
  try {
    await noteOwner(dir);
    return { ...(await fill(dir, options)), remove };
  } catch (error) {
    // Keys and secrets lie in it.
    await remove().catch(() => {});
    throw error;
  }
}

async function fill(dir: string, options: FolderOptions): Promise<Omit<PlaybookFolder, 'remove'>> {
  const at = (name: string) => join(dir, name);
  const secret = { mode: 0o600 };
  for (const { path, sha256 } of options.files) {
    const file = join(dir, 'project', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, await options.content(sha256));
  }
  const keys = [...new Set(options.nodes.map(({ endpoint }) => endpoint.privateKey))];
  for (const [index, key] of keys.entries())
    await writeFile(at(`key-${index}`), key.replace(/\n*$/, '\n'), secret);
  await writeFile(at('known_hosts'), options.nodes.map(knownHost).join(''));
  const keyOf = ({ endpoint }: InventoryNode) => at(`key-${keys.indexOf(endpoint.privateKey)}`);
  const inventory = inventoryOf(options, (node) => loginOf(node, keyOf(node), at('known_hosts')));
  await writeFile(at('inventory.json'), JSON.stringify(inventory, null, 1), secret);
  await mkdir(at('callbacks'));
  await writeFile(at('callbacks/deployday.py'), CALLBACK);
  await writeFile(at('ansible.cfg'), settings(dir));
  return {
    dir,
    project: at('project'),
    inventory: at('inventory.json'),
    settings: at('ansible.cfg'),
    summary: at('summary.json'),
    beat: at('beat'),
  };
}

function inventoryOf({ environment, nodes }: FolderOptions, login: (node: InventoryNode) => object) {
  const hosts = Object.fromEntries(
    nodes.map((one) => [
      one.node.name,
      {
        ...login(one),
        deployday: asTyped(one.variables),
        zone: one.node.zone ?? '',
        role: one.node.role,
        index: one.node.index,
        address: one.node.address ?? '',
      },
    ]),
  );
  const roles = [...new Set(nodes.map(({ node }) => node.role))];
  const members = (role: string) =>
    Object.fromEntries(nodes.filter(({ node }) => node.role === role).map(({ node }) => [node.name, {}]));
  // A group's name is a variable's name to Ansible.
  const children = Object.fromEntries(roles.map((role) => [groupOf(role), { hosts: members(role) }]));
  const vars = {
    environment_name: environment.name,
    params: asTyped({ ...environment.params, ...environment.secrets }),
  };
  return { all: { hosts, children, vars } };
}

/** What people type is text to Ansible, too: a template in it would be filled in on this host, and can run commands there. */
function asTyped(values: Readonly<Record<string, string>>): object {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, { __ansible_unsafe: value }]),
  );
}

export function groupOf(role: string): string {
  return role.replaceAll('-', '_');
}

/** Only keys that we know of this very node are accepted, whatever else this host knows. */
function loginOf({ node, endpoint }: InventoryNode, key: string, knownHosts: string): object {
  const options = [
    `UserKnownHostsFile=${knownHosts}`,
    'GlobalKnownHostsFile=/dev/null',
    `HostKeyAlias=${aliasOf(node)}`,
    'StrictHostKeyChecking=yes',
    'IdentitiesOnly=yes',
    'BatchMode=yes',
  ];
  return {
    ansible_host: endpoint.host,
    ansible_port: endpoint.port,
    ansible_user: endpoint.user,
    ansible_ssh_private_key_file: key,
    ansible_ssh_common_args: options.map((option) => `-o ${option}`).join(' '),
  };
}

const aliasOf = (node: Node) => `deployday-${node.name}`;

function knownHost({ node, endpoint }: InventoryNode): string {
  const keys = endpoint.hostKeys === 'first-use' ? [] : endpoint.hostKeys;
  return keys.map((key) => `${aliasOf(node)} ${key}\n`).join('');
}

/** No connection outlives the playbook, and nothing is read from or written to the home folder. */
function settings(dir: string): string {
  return `[defaults]
stdout_callback = deployday
callback_plugins = ${dir}/callbacks
local_tmp = ${dir}/tmp
retry_files_enabled = false
host_key_checking = true
interpreter_python = auto_silent
inventory_ignore_extensions = .none
[ssh_connection]
pipelining = true
ssh_args = -o ControlMaster=no -o ConnectTimeout=15 -o ServerAliveInterval=15 -o ServerAliveCountMax=4 -F /dev/null
`;
}
