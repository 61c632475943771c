import { createFairGate } from './fair-gate.ts';

/**
 * Handshakes that this process does at a time: more would only make each of them late, until the nodes that answer last count
 * as silent. Runs, and pools that meet their machines, take turns.
 */
export const CONNECTING = createFairGate<string>(48);
