import { ProviderError } from '../../provider.ts';

/** n1 → 1, n2 → 2 …; 0 for what is not a lab machine's name. */
export function indexOf(name: string): number {
  const match = /^n([1-9]\d{0,3})$/.exec(name);
  return match ? Number(match[1]) : 0;
}

export function checkMachineName(name: string, capacity: number): void {
  const index = indexOf(name);
  if (index >= 1 && index <= capacity) return;
  throw new ProviderError(
    'failed',
    `"${name}" is not a machine of this lab: its machines are n1 to n${capacity}`,
  );
}

export function chooseNames(capacity: number, count: number, taken: ReadonlySet<string>): string[] {
  const free: string[] = [];
  for (let index = 1; index <= capacity && free.length < count; index += 1) {
    if (!taken.has(`n${index}`)) free.push(`n${index}`);
  }
  return free;
}
