import { describe } from 'vitest';
import { breaksPart } from './transport/breaks.ts';
import { dataPart } from './transport/data.ts';
import { killPart } from './transport/kill.ts';
import { createKit, type TransportWorld } from './transport/kit.ts';
import { muchPart } from './transport/much.ts';
import { oncePart } from './transport/once.ts';
import { putPart } from './transport/put.ts';
import { tasksPart } from './transport/tasks.ts';

/** What every transport must do. `setUp` makes a fresh node. */
export function transportContract(name: string, setUp: () => Promise<TransportWorld>): void {
  describe(name, () => {
    const kit = createKit(setUp);
    tasksPart(kit);
    dataPart(kit);
    oncePart(kit);
    breaksPart(kit);
    killPart(kit);
    muchPart(kit);
    putPart(kit);
  });
}
