import type { Provider } from '../../provider.ts';
import type { DriverOptions } from './booted.ts';
export function createRootlessDriver(options: DriverOptions): Provider {
  throw new Error(options.pool);
}
