import { describe } from 'vitest';
import { breaksPart } from './transport/breaks.ts';
import { dataPart } from './transport/data.ts';
import { killPart } from './transport/kill.ts';
import { createKit, type TransportWorld } from './transport/kit.ts';
import { muchPart } from './transport/much.ts';
import { oncePart } from './transport/once.ts';
import { putPart } from './transport/put.ts';
import { tasksPart } from './transport/tasks.ts';

const WHOLE = [tasksPart, dataPart, oncePart, breaksPart, killPart, muchPart, putPart];

/** What every transport must do. `setUp` makes a fresh node. */
export function transportContract(name: string, setUp: () => Promise<TransportWorld>, parts = WHOLE): void {
  describe(name, () => {
    const kit = createKit(setUp);
    for (const part of parts) part(kit);
  });
}

/** What may differ from shell to shell, for a further one: the rest is the same program's work. */
export const SHELL_PARTS = [tasksPart, oncePart, killPart];
