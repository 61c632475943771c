import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ProviderError } from '../../provider.ts';
import { exists, readTextOrNull } from './disk-file.ts';

/** One place that Debian packages come from. */
export interface AptSource {
  readonly uri: string;
  readonly suite: string;
  readonly components: readonly string[];
  /** Keyring file that signs it; inline keys stay as they are. */
  readonly signedBy?: string;
}

const debianKeyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Reads both formats of apt's sources: `deb …` lines and deb822 paragraphs. Source packages and disabled entries are left out. */
export function parseAptSources(text: string, format: 'list' | 'sources'): AptSource[] {
  return format === 'list' ? parseLines(text) : parseParagraphs(text);
}

function parseLines(text: string): AptSource[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)([^#]*)/.exec(line);
    if (!match) return [];
    const [, options = '', uri = '', suite = '', rest = ''] = match;
    const signedBy = /(?:^|\s)signed-by=(\S+)/i.exec(options)?.[1];
    const components = rest.trim().split(/\s+/).filter(Boolean);
    return [{ uri, suite, components, ...(signedBy === undefined ? {} : { signedBy }) }];
  });
}

function parseParagraphs(text: string): AptSource[] {
  const withoutComments = text.replace(/^#.*\n?/gm, '');
  return withoutComments.split(/\n[ \t]*\n/).flatMap((paragraph) => {
    const fields = new Map<string, string>();
    for (const [, key = '', value = ''] of paragraph.matchAll(/^([A-Za-z-]+):((?:.*)(?:\n[ \t].*)*)/gm)) {
      fields.set(key.toLowerCase(), value.replace(/^ /, ''));
    }
    const words = (key: string) => (fields.get(key) ?? '').trim().split(/\s+/).filter(Boolean);
    if (!words('types').includes('deb') || /^(no|false|0)$/i.test(fields.get('enabled')?.trim() ?? ''))
      return [];
    const signedBy = fields.get('signed-by')?.trimEnd();
    return words('uris').flatMap((uri) =>
      words('suites').map((suite) => ({
        uri,
        suite,
        components: words('components'),
        ...(signedBy === undefined ? {} : { signedBy: signedBy.includes('\n') ? signedBy : signedBy.trim() }),
      })),
    );
  });
}

/** The host's Debian archives turned to another suite: main, -updates and -security; anything else is not for the machines. */
export function forSuite(
  sources: readonly AptSource[],
  hostSuites: readonly string[],
  suite: string,
): AptSource[] {
  const seen = new Set<string>();
  return sources.flatMap((source) => {
    const [, base = '', tail = ''] = /^([a-z]+)(|[-/]updates|-security)$/.exec(source.suite) ?? [];
    if (!hostSuites.includes(base) || source.components.length === 0) return [];
    const target = `${suite}${tail === '/updates' ? '-security' : tail}`;
    const key = `${source.uri} ${target}`;
    if (seen.has(key)) return [];
    seen.add(key);
    const archiveKey =
      source.signedBy === undefined || basename(source.signedBy).startsWith('debian-archive-');
    return [{ ...source, suite: target, ...(archiveKey ? { signedBy: debianKeyring } : {}) }];
  });
}

/** As a deb822 file. */
export function renderAptSources(sources: readonly AptSource[]): string {
  return sources
    .map((source) =>
      [
        'Types: deb',
        `URIs: ${source.uri}`,
        `Suites: ${source.suite}`,
        `Components: ${source.components.join(' ')}`,
        ...(source.signedBy === undefined ? [] : [`Signed-By: ${source.signedBy}`]),
        '',
      ].join('\n'),
    )
    .join('\n');
}

/** Where this host gets Debian from, turned to `suite`. Rejects with ProviderError `missing` when it has no Debian sources. */
export async function hostAptSources(suite: string): Promise<AptSource[]> {
  const etc = '/etc/apt';
  const files = [join(etc, 'sources.list')];
  for (const name of (await readdir(join(etc, 'sources.list.d')).catch(() => [])).sort()) {
    if (/\.(list|sources)$/.test(name)) files.push(join(etc, 'sources.list.d', name));
  }
  const found: AptSource[] = [];
  for (const file of files) {
    const text = await readTextOrNull(file);
    if (text !== null) found.push(...parseAptSources(text, file.endsWith('.sources') ? 'sources' : 'list'));
  }
  const plain = (await Promise.all(found.map(withoutMirrorFile))).flat();
  const release = (await readTextOrNull('/etc/os-release')) ?? '';
  const codename = /^VERSION_CODENAME="?([a-z]+)/m.exec(release)?.[1];
  const isDebian = /^ID="?debian"?$/m.test(release);
  const names = ['stable', 'oldstable', 'testing', 'unstable', 'sid', ...(codename ? [codename] : [])];
  const sources = isDebian ? forSuite(plain, names, suite) : [];
  if (sources.length === 0) {
    throw new ProviderError(
      'missing',
      `no Debian archive in /etc/apt/sources.list or /etc/apt/sources.list.d to take ${suite} from; add one, or give the lab a ready base (docs/lab.md, "base.tar")`,
    );
  }
  return sources;
}

/** Cloud images name a file that lists mirrors (`mirror+file:/etc/apt/mirrors/debian.list`): the first one in it stands for it. */
async function withoutMirrorFile(source: AptSource): Promise<AptSource[]> {
  if (!source.uri.startsWith('mirror+file:')) return /^https?:/.test(source.uri) ? [source] : [];
  const text = await readTextOrNull(source.uri.replace(/^mirror\+file:(\/\/)?/, ''));
  const uri = text?.split('\n').find((line) => /^https?:/.test(line.trim()));
  return uri ? [{ ...source, uri: uri.trim().split(/\s/)[0] ?? uri }] : [];
}

/** Keyring files that the sources name and that Debian's own keyring package does not bring. */
export async function extraKeyrings(sources: readonly AptSource[]): Promise<string[]> {
  const files = new Set<string>();
  for (const { signedBy } of sources) {
    if (signedBy?.startsWith('/') && signedBy !== debianKeyring && (await exists(signedBy)))
      files.add(signedBy);
  }
  return [...files];
}
