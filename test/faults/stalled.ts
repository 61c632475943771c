import { readFileSync } from 'node:fs';

/**
 * For how many ms so far some process of this machine was ready to run and got no processor, by the kernel's own count; null
 * where it keeps none. What takes longer than it may is no fault of the program if the machine was that busy meanwhile.
 */
export function stalledMs(): number | null {
  try {
    const total = /^some .*total=(\d+)/m.exec(readFileSync('/proc/pressure/cpu', 'utf8'))?.[1];
    return total === undefined ? null : Number(total) / 1000;
  } catch {
    return null;
  }
}
