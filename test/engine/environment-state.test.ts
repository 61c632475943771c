import { describe, expect, it } from 'vitest';
import { environmentStateAfter } from '../../engine/environment-state.ts';

describe('the state of an environment after a run', () => {
  it.each([
    ['provision', 'succeeded', 'provisioning', 'ready'],
    ['provision', 'failed', 'provisioning', 'failed'],
    ['provision', 'cancelled', 'provisioning', 'cancelled'],
    ['reset', 'succeeded', 'resetting', 'ready'],
    ['reset', 'broke', 'resetting', 'broke'],
    ['destroy', 'succeeded', 'destroying', 'destroyed'],
    ['destroy', 'broke', 'destroying', 'broke'],
    ['verify', 'succeeded', 'failed', 'ready'],
    ['verify', 'failed', 'ready', 'failed'],
    ['verify', 'cancelled', 'ready', 'ready'],
    ['repair', 'succeeded', 'failed', 'ready'],
    ['repair', 'failed', 'failed', 'failed'],
    ['repair', 'cancelled', 'failed', 'failed'],
    ['inspect', 'broke', 'ready', 'ready'],
    ['exec', 'failed', 'ready', 'ready'],
    ['diff', 'succeeded', 'failed', 'failed'],
  ] as const)('%s that %s, from %s: %s', (kind, ended, before, after) => {
    expect(environmentStateAfter(kind, ended, before)).toBe(after);
  });
});
