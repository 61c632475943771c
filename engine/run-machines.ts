import type { Database } from '../db/client.ts';
import { readContent } from '../db/contents.ts';
import {
  type Environment,
  environmentById,
  type Node,
  nodeById,
  nodesOf,
  updateNode,
} from '../db/environments.ts';
import type { Hold } from '../db/runs.ts';
import { CONNECTING } from './connecting.ts';
import { openNodeLink } from './node-link.ts';
import { markRecord } from './node-mark.ts';
import type { Provider } from './provider.ts';
import { scriptEnv } from './script-env.ts';
import type { StepMachine, Surroundings } from './steps/step.ts';
import type { HandshakeGate, Transport } from './transport.ts';

/** The machines that a run works on, as long as one worker drives it. */
export interface RunMachines {
  of(nodeId: number): Promise<StepMachine>;
  around(node: Node): Promise<Surroundings>;
  /** The variables that every script of the node's environment gets. */
  env(node: Node): Promise<Record<string, string>>;
  /** Machines were made or reset: addresses and parameters are read again. */
  changed(): void;
  /** The content of a file that is copied, by its SHA-256; read once. Rejects when it is not kept. */
  content(sha256: string): Promise<Buffer>;
  /** Those that a connection was asked of so far. */
  opened(): Iterable<StepMachine>;
  /** Closes every connection; what runs on the nodes goes on. */
  close(): void;
}

export interface RunMachinesOptions {
  readonly database: Database;
  readonly transport: Transport;
  readonly provider: (pool: string) => Provider;
  /** How long a node of the pool may stay away before its task counts as broke, in ms; a minute where it does not say. */
  readonly patienceMs?: (pool: string) => number | undefined;
  /** Of the run; its connections are opened in turn with those of other runs. */
  readonly hold: Hold;
  /** Rejects unless this process surely holds the run: then nothing is started on nodes. */
  readonly checkHeld: () => Promise<void>;
}

/** `environment`: the run's; a comparison works on another one's nodes, too. */
export function openRunMachines(environment: Environment, options: RunMachinesOptions): RunMachines {
  const { database, hold } = options;
  // Nodes that are not met yet may be many: they do not come before the end of what somebody cancels.
  const gate: HandshakeGate = (which, handshake) => CONNECTING.pass(`run ${hold.runId} ${which}`, handshake);
  const transport: Transport = {
    connect: (endpoint, how) => options.transport.connect(endpoint, { ...how, gate }),
  };
  const machines = new Map<number, Promise<StepMachine>>();
  const opened = new Set<StepMachine>();
  const contents = new Map<string, Promise<Buffer>>();
  /** By environment; read once until machines change. */
  let surroundings = new Map<number, Promise<Surroundings>>();
  let closed = false;

  async function open(nodeId: number): Promise<StepMachine> {
    const node = (await around(environment.id)).nodes.find(({ id }) => id === nodeId);
    const found = node ?? (await nodeById(database.db, nodeId));
    const provider = options.provider(found.pool);
    let onRecord = found.mark;
    const patienceMs = options.patienceMs?.(found.pool);
    const link = openNodeLink({
      transport,
      ...(patienceMs === undefined ? {} : { patienceMs }),
      endpoint: () => provider.endpoint(found.machine),
      mayStart: options.checkHeld,
      wake: () => provider.find(found.machine),
      async onMark(mark) {
        const record = markRecord(mark, onRecord);
        if (record !== onRecord) await updateNode(database.db, hold, nodeId, { mark: record });
        onRecord = record;
      },
    });
    const drop = () => {
      // Whoever makes a machine, or makes it anew, takes its mark off the record.
      onRecord = null;
      link.drop();
    };
    const machine = { node: found, provider, link: { ...link, drop } };
    opened.add(machine);
    // It was being looked up when all others were closed.
    if (closed) link.close();
    return machine;
  }

  function around(id: number): Promise<Surroundings> {
    const known = surroundings.get(id) ?? readAround(id);
    surroundings.set(id, known);
    return known;
  }

  async function read(sha256: string): Promise<Buffer> {
    const content = await readContent(database.db, sha256);
    if (!content) throw new Error(`the file with SHA-256 ${sha256} is not kept any more; provision anew`);
    return content;
  }

  async function readAround(id: number) {
    const [of, nodes] = await Promise.all([environmentById(database.db, id), nodesOf(database.db, id)]);
    return { environment: of, nodes };
  }

  return {
    of(nodeId) {
      const machine = machines.get(nodeId) ?? open(nodeId);
      machines.set(nodeId, machine);
      return machine;
    },
    around: (node) => around(node.environmentId),
    async env(node) {
      const { environment: of, nodes } = await around(node.environmentId);
      return scriptEnv(of, node.id, nodes);
    },
    changed() {
      surroundings = new Map();
    },
    content(sha256) {
      const known = contents.get(sha256) ?? read(sha256);
      contents.set(sha256, known);
      return known;
    },
    opened: () => opened,
    close() {
      closed = true;
      for (const { link } of opened) link.close();
    },
  };
}
