import { describe } from 'vitest';
import { breaksPart } from './transport/breaks.ts';
import { connectionPart } from './transport/connection.ts';
import { dataPart } from './transport/data.ts';
import { killPart } from './transport/kill.ts';
import { createKit, type TransportWorld } from './transport/kit.ts';
import { muchPart } from './transport/much.ts';
import { oncePart } from './transport/once.ts';
import { putPart } from './transport/put.ts';
import { tasksPart } from './transport/tasks.ts';

/** What may differ where the node has other tools, for a further kind of node: the rest is our own side's work. */
export const TOOLS_PARTS = [tasksPart, dataPart, oncePart, breaksPart, killPart, muchPart, putPart];

/** What may differ from shell to shell where the tools are the same. */
export const SHELL_PARTS = [tasksPart, oncePart, killPart];

/** What every transport must do. `setUp` makes a fresh node. */
export function transportContract(
  name: string,
  setUp: () => Promise<TransportWorld>,
  parts = [...TOOLS_PARTS, connectionPart],
): void {
  describe(name, () => {
    const kit = createKit(setUp);
    for (const part of parts) part(kit);
  });
}
