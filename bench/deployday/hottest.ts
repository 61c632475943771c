/** What V8 writes; only what is read here. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

/** Where time was spent by the code itself, callees not included: by room or package, then by function. As lines. */
export function hottest({ nodes, samples, timeDeltas }: CpuProfile, most: number): string[] {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const byPlace = new Map<string, number>();
  const byFunction = new Map<string, number>();
  let total = 0;
  for (const [i, id] of samples.entries()) {
    const frame = frames.get(id);
    if (!frame || frame.functionName === '(idle)' || isProfiler(frame)) continue;
    const ms = (timeDeltas[i] ?? 0) / 1000;
    total += ms;
    const place = placeOf(frame.url, frame.functionName);
    add(byPlace, place, ms);
    add(
      byFunction,
      `${frame.functionName || '(anonymous)'} ${place} ${fileOf(frame.url)}:${frame.lineNumber + 1}`,
      ms,
    );
  }
  const lines = (found: Map<string, number>) =>
    [...found]
      .sort(([, a], [, b]) => b - a)
      .slice(0, most)
      .map(
        ([name, ms]) =>
          `  ${ms.toFixed(0).padStart(6)} ms ${((100 * ms) / total).toFixed(1).padStart(5)} %  ${name}`,
      );
  return [`busy for ${total.toFixed(0)} ms`, ...lines(byPlace), 'by function', ...lines(byFunction)];
}

/** Starting and ending the profile takes time, too: the inspector's. */
const isProfiler = (frame: { functionName: string; url: string }) =>
  frame.functionName === 'dispatch' && frame.url === '';

function add(sums: Map<string, number>, key: string, value: number): void {
  sums.set(key, (sums.get(key) ?? 0) + value);
}

/** `ssh2`, `node:net`, `engine/transports`; what is none of ours as it is. */
function placeOf(url: string, functionName: string): string {
  if (url === '') return functionName.startsWith('(') ? functionName : '(native)';
  const ofPackage = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1];
  if (ofPackage) return ofPackage;
  if (url.startsWith('node:')) return url;
  return /\/dist\/(.*)\/[^/]+$/.exec(url)?.[1] ?? url;
}

const fileOf = (url: string) => url.slice(url.lastIndexOf('/') + 1);
