import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readTextOrNull } from './disk-file.ts';

/** What is known of a kept file. */
export interface KeptFile {
  readonly url: string;
  readonly size: number;
  readonly lastModified?: string;
  readonly etag?: string;
}

export interface CacheStore {
  find(url: string): Promise<KeptFile | null>;
  pathOf(url: string): string;
  /** A place to download to; {@link CacheStore.keep} moves it in. */
  freshPath(): string;
  keep(url: string, downloaded: string, about: KeptFile): Promise<void>;
  /** Notes that the file was used, so that it is not the first to go. */
  touch(url: string): Promise<void>;
  /** Removes downloads that a killed process left, and the files unused longest until `maxBytes` are kept. */
  tidy(): Promise<void>;
}

/** Files of the package cache: `HASH` and beside it `HASH.json`, which is written last and makes the file count. */
export async function openCacheStore(dir: string, maxBytes: number): Promise<CacheStore> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const pathOf = (url: string) => join(dir, createHash('sha256').update(url).digest('hex'));
  let knownBytes = 0;

  async function find(url: string): Promise<KeptFile | null> {
    const text = await readTextOrNull(`${pathOf(url)}.json`);
    if (text === null) return null;
    const kept = JSON.parse(text) as KeptFile;
    const { size } = await stat(pathOf(url)).catch(() => ({ size: -1 }));
    return size === kept.size ? kept : null;
  }

  async function evictUntilFits(): Promise<void> {
    const files = await Promise.all(
      (await readdir(dir))
        .filter((name) => /^[0-9a-f]{64}$/.test(name))
        .map(async (name) => ({ path: join(dir, name), ...(await statOrZero(join(dir, name))) })),
    );
    knownBytes = files.reduce((sum, file) => sum + file.size, 0);
    for (const file of files.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
      if (knownBytes <= maxBytes) return;
      await rm(`${file.path}.json`, { force: true });
      await rm(file.path, { force: true });
      knownBytes -= file.size;
    }
  }

  return {
    find,
    pathOf,
    freshPath: () => join(dir, `${randomBytes(8).toString('hex')}.part`),
    async keep(url, downloaded, about) {
      const path = pathOf(url);
      await rm(`${path}.json`, { force: true });
      await rename(downloaded, path);
      await writeFile(`${path}.json.new`, JSON.stringify(about));
      await rename(`${path}.json.new`, `${path}.json`);
      knownBytes += about.size;
      if (knownBytes > maxBytes) await evictUntilFits();
    },
    async touch(url) {
      const now = new Date();
      await utimes(pathOf(url), now, now).catch(() => {}); // evicted meanwhile
    },
    async tidy() {
      const dayMs = 24 * 3600_000; // a younger one may belong to another process that shares the cache
      for (const name of await readdir(dir)) {
        if (!/\.(part|new)$/.test(name)) continue;
        const { mtimeMs } = await statOrZero(join(dir, name));
        if (Date.now() - mtimeMs > dayMs) await rm(join(dir, name), { force: true });
      }
      await evictUntilFits();
    },
  };
}

async function statOrZero(path: string): Promise<{ size: number; mtimeMs: number }> {
  return stat(path).catch(() => ({ size: 0, mtimeMs: 0 }));
}
