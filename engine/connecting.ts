import { createFairGate } from './fair-gate.ts';

/**
 * Handshakes that this process does at a time. More would make each of them late, until the nodes that answer last count as
 * silent; where nodes share this machine, as in the lab, their sshds would leave it little of the processor. Runs, their further
 * connections, and pools that meet their machines, take turns.
 */
export const CONNECTING = createFairGate<string>(16);
