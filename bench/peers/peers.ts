import type { Contender } from '../contender.ts';
import type { PeerName } from '../packages.ts';
import type { Site } from '../works/site.ts';
import { type PeerTask, peerContender } from './peer.ts';

/** Those of the tasks whose program takes part. */
export const contendersOf = (
  { peers, tools }: Pick<Site, 'peers' | 'tools'>,
  tasks: Partial<Record<PeerName, readonly PeerTask[]>>,
): Contender[] =>
  Object.entries(tasks)
    .filter(([name]) => peers.has(name as PeerName))
    .flatMap(([, some]) => some.map((task) => peerContender(tools, task)));
