import type { Provider } from '../../provider.ts';
import type { Suite } from './base-recipe.ts';
import { createBootedDriver } from './booted.ts';
import { defaultCacheDir } from './lab-folder.ts';
import { createDriverProvider } from './lab-provider.ts';
import { createRootlessDriver } from './rootless.ts';

export type { Suite } from './base-recipe.ts';
export { destroyLab } from './destroy.ts';

export interface LabOptions {
  /** The pool's name in the configuration. */
  readonly pool: string;
  /** The most machines at once. */
  readonly nodes: number;
  /** Availability zones: n1 is in the first, n2 in the next, and so on, by turns. None if absent. */
  readonly zones?: readonly string[];
  /** The lab's own folder; made with mode 0700. */
  readonly dir: string;
  /** Base file system and package cache; several labs may share one. Default: `<dir>/cache`. */
  readonly cacheDir?: string;
  /** Whose packages booted machines run; default bookworm, which is Debian 12. */
  readonly suite?: Suite;
  /** GB of shared layers that are kept beside those in use, the ones used last; default 20. 0: none are made. */
  readonly layersGb?: number;
  /** Gets lines for the log. */
  readonly log?: (line: string) => void;
}

/** Machines made on this very host: booted ones for root, rootless ones for an ordinary user. */
export function createLabProvider(options: LabOptions): Provider {
  const { pool, nodes, dir, zones = [], cacheDir = defaultCacheDir(dir), log = () => {} } = options;
  const { suite = 'bookworm', layersGb = 20 } = options;
  const driver = { pool, nodes, zones, dir, cacheDir, suite, layerBytes: layersGb * 1e9, log };
  const asRoot = process.getuid?.() === 0;
  return createDriverProvider(driver, asRoot ? createBootedDriver(driver) : createRootlessDriver(driver));
}
