import type { Endpoint } from './transport.ts';

/**
 * Asked before a machine is touched, when all that had to be waited for is over: others' turns, a connection. When it rejects, the
 * machine stays as it is and the call rejects with the same reason. It is how a worker that was held up meanwhile, and whose run
 * another one drives by now, is kept from undoing what that one has done. What remains: from then on nothing stops it, so that who is
 * paused in the middle goes on where he was (docs/run-states.md).
 */
export type MayTouch = () => Promise<void>;

/**
 * The port to a place machines come from. A provider makes, resets and gives back machines; it knows nothing of
 * environments, blueprints or the database. The engine decides which names exist and who may use them; every call names
 * machines by those names and is idempotent, so that a run taken over after a crash may repeat it.
 */
export interface Provider {
  /** The pool's name in the configuration. */
  readonly pool: string;
  /** The kind: `lab`, `ssh` … */
  readonly kind: string;
  /** The most machines it can give at once. */
  readonly capacity: number;
  /** What it can do; a command that needs more is refused before anything is written. */
  readonly can: ProviderAbilities;
  /** One short line for `pool`: what kind of machines, and a limit worth knowing (`rootless: no packages`). */
  readonly summary: string;
  /**
   * Everything that must be there before the first machine (Debian packages, base file system); done once, safe to
   * call again. `progress` gets short lines for people. Rejects with {@link ProviderError}, or with the reason of `signal`: once that is
   * aborted and nobody else waits for it, what can be begun anew is ended and removed within seconds (a base file system that is being
   * built), and only what must not be cut off (packages of this host) is waited for.
   */
  prepare(progress: (line: string) => void, signal?: AbortSignal): Promise<void>;
  /** The machine names it hands out next, given those that are taken. Fewer than `count` when there are not enough. */
  choose(count: number, taken: ReadonlySet<string>): string[];
  /** Makes the machine (or finds it there), starts it, and resolves when its sshd answers. */
  create(name: string, spec: MachineSpec, mayTouch?: MayTouch): Promise<Machine>;
  /** The machine as it is now, started again if it had stopped; null if there is none of that name. */
  find(name: string): Promise<Machine | null>;
  /** Back to the state of `layer`, or to the empty machine when null; resolves when sshd answers. Only if `can.reset`. */
  reset(name: string, layer: string | null, mayTouch?: MayTouch): Promise<Machine>;
  /**
   * Keeps the machine's disk as it is now under `layer` while it goes on running; crash-consistent: what a process had
   * written to the kernel is in it. An existing layer of that name is replaced. Only if `can.snapshot`.
   */
  snapshot(name: string, layer: string, mayTouch?: MayTouch): Promise<void>;
  /** Removes a kept layer; missing is no error, one that a machine still stands on stays until that machine goes. */
  dropLayer(name: string, layer: string, mayTouch?: MayTouch): Promise<void>;
  /** Of these keys, those of which a shared layer is kept, without looking at it closely. Only if `can.layers`. */
  sharedLayers(keys: readonly string[]): Promise<ReadonlySet<string>>;
  /**
   * Keeps what the machine's disk holds, without what makes the machine itself, as the shared layer `key`, and starts the machine
   * anew upon it; where a layer of that key is kept already, nothing is done. Nothing else may go on on the machine. Never
   * rejects because of the layer: `why` says what kept it from being kept, and the machine goes on as it was. Only if `can.layers`.
   */
  share(name: string, key: string, mayTouch?: MayTouch): Promise<Shared>;
  /** Gives the machine and its layers back; missing is no error. Shared layers stay. */
  destroy(name: string, mayTouch?: MayTouch): Promise<void>;
  /** How to reach a machine over SSH. */
  endpoint(name: string): Promise<Endpoint>;
  /** Lets go: machines go on running, this process keeps nothing open, and what is being prepared is ended as by its signal. */
  close(): Promise<void>;
}

export interface ProviderAbilities {
  /** Back to an empty machine or a layer. */
  readonly reset: boolean;
  readonly snapshot: boolean;
  /** Keeps the disk of one machine for new machines to begin from. */
  readonly layers: boolean;
  /** Package installation and services work on its machines (false on rootless lab nodes). */
  readonly packages: boolean;
}

export interface MachineSpec {
  /** What the machine calls itself; a DNS label. */
  readonly hostname: string;
  /** Names that must resolve on it from the start, beside its own. Steps learn further nodes through their environment. */
  readonly hosts?: Readonly<Record<string, string>>;
  /** Keys of shared layers that it may begin from, the best first; those that are not kept, or not whole, are passed over. */
  readonly layers?: readonly string[];
}

export interface Machine {
  readonly name: string;
  /** What other machines of the pool reach it by: an IP address. */
  readonly address: string;
  readonly zone?: string;
  readonly tags?: readonly string[];
  /** The shared layer that it began from. */
  readonly layer?: string;
}

/** What became of a layer that was to be shared. */
export interface Shared {
  readonly machine: Machine;
  /** `now`: it is new; `already`: another machine was quicker; `no`: see `why`. */
  readonly kept: 'now' | 'already' | 'no';
  readonly why?: string;
}

/**
 * A provider could not do what it was asked. `message` says what was tried, where, why it failed and what to do next.
 * `missing`: something must be installed or allowed by an administrator first.
 */
export class ProviderError extends Error {
  readonly fault: 'missing' | 'failed';
  constructor(fault: 'missing' | 'failed', message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'ProviderError';
    this.fault = fault;
  }
}
