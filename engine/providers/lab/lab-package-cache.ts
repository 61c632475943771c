import { join } from 'node:path';
import { hostAptSources } from './apt-sources.ts';
import { packageCachePort, type Suite } from './base-recipe.ts';
import { run } from './command.ts';
import { type PackageCache, startPackageCache } from './package-cache.ts';

export interface LabPackageCache {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * The package cache of a lab, on its bridge address while our process lives. If another process of the same lab has it
 * already, that one serves; ours takes over when it is gone.
 */
export async function runPackageCache(options: {
  host: string;
  cacheDir: string;
  suite: Suite;
  log: (line: string) => void;
}): Promise<LabPackageCache> {
  const sources = await hostAptSources(options.suite).catch(() => []);
  const via = await aptProxyOfHost();
  let cache: PackageCache | null = null;
  let retry: NodeJS.Timeout | undefined;
  let closed = false;

  async function start(): Promise<void> {
    try {
      const started = await startPackageCache({
        dir: join(options.cacheDir, 'packages'),
        host: options.host,
        port: packageCachePort,
        archives: sources.map((source) => source.uri),
        log: options.log,
        ...(via ? { via } : {}),
      });
      if (closed) await started.close();
      else cache = started;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      retry = setTimeout(
        () => start().catch((e: Error) => options.log(`package cache: ${e.message}`)),
        5000,
      ).unref();
    }
  }

  await start();
  return {
    url: `http://${options.host}:${packageCachePort}`,
    async close() {
      closed = true;
      clearTimeout(retry);
      await cache?.close();
    },
  };
}

/** The proxy this host's own apt uses for plain HTTP, if any. */
async function aptProxyOfHost(): Promise<string | null> {
  const text = await run(['apt-config', 'shell', 'PROXY', 'Acquire::http::Proxy']).catch(() => '');
  const proxy = /^PROXY='(http:\/\/[^']+)'/m.exec(text)?.[1];
  return proxy && URL.canParse(proxy) ? proxy : null;
}
