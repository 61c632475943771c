import type { FactSpec } from '../blueprint/blueprint.ts';
import { shellWord } from './quote.ts';
import { FILES, MOUNTS, OS, PACKAGES, PORTS, SERVICES, SETTINGS, USERS } from './topics.ts';

export interface GatherOptions {
  /** The blueprint's prelude, put before each of its fact scripts. */
  readonly prelude?: string;
  /**
   * What is peculiar to this environment (addresses, host names, generated secrets) and what stands for it (`controller`).
   * Files in which one of these occurs get a second hash, in which it does not count; see `diffFacts`.
   */
  readonly names?: Readonly<Record<string, string>>;
}

/** First and last line of what the script prints: with both there, nothing is missing. */
export const BEGIN = 'deployday-facts begin 1';
export const END = 'deployday-facts end';

/**
 * A script for `/bin/sh` that prints the facts of a node of `role`, to be read by `readFacts`. It changes nothing on the node,
 * needs no root (what it may not read is marked), and takes well under a second. No password leaves the node: see `settings`.
 */
export function gatherScript(spec: FactSpec, role: string, options: GatherOptions = {}): string {
  const names = Object.entries(options.names ?? {}).filter(([name]) => /^[^\0\n]{3,}$/.test(name));
  const scripts = spec.scripts.filter(({ on }) => on === null || on === role);
  return [
    SETUP,
    OS,
    PACKAGES,
    SERVICES,
    PORTS,
    USERS,
    MOUNTS,
    `patterns() { cat <<'END-OF-NAMES'\n${names.map(([name]) => `${name}\n`).join('')}END-OF-NAMES\n}`,
    `program() { cat <<'END-OF-PROGRAM'\n${renaming(names)}END-OF-PROGRAM\n}`,
    `names=${names.length}`,
    paths('/etc', ...spec.files),
    FILES,
    paths(...spec.settings),
    SETTINGS,
    ...scripts.map(({ topic, run }) => scriptTopic(topic, `${options.prelude ?? ''}\n${run}`)),
    `printf '%s\\n' '${END}'`,
    '',
  ].join('\n');
}

const SETUP = `export LC_ALL=C
umask 077
PATH=$PATH:/usr/sbin:/sbin
T=$(printf '\\t')
has() { command -v "$1" >/dev/null 2>&1; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
printf '%s\\n' '${BEGIN}'
`;

/** Sets the positional parameters to the files that these paths and globs name. Globs are the only thing expanded. */
function paths(...globs: string[]): string {
  const expand = globs.map((glob) => `for file in ${globWord(glob)}; do set -- "$@" "$file"; done`);
  return ['set --', ...expand].join('\n');
}

/** The glob with every character quoted that means anything to the shell, but for `*`, `?` and `[…]`. */
function globWord(glob: string): string {
  return glob.replace(/[^A-Za-z0-9_./*?[\]!^,:=@%+-]+/g, shellWord);
}

/** A sed program that puts labels in the place of names, where these stand as words. */
function renaming(names: readonly (readonly [string, string])[]): string {
  const longestFirst = [...names].sort(([a], [b]) => b.length - a.length);
  const commands = longestFirst.map(([name, label]) => {
    const pattern = name.replace(/[\\/.*[\]^$]/g, '\\$&');
    const replacement = label.replace(/[\\/&]/g, '\\$&').replace(/[\0\n]/g, '');
    return `s/\\([^A-Za-z0-9_-]\\)${pattern}\\([^A-Za-z0-9_-]\\)/\\1<${replacement}>\\2/g\n`;
  });
  // Twice, since two names may share the character between them.
  return `s/^/ /\ns/$/ /\n${commands.join('')}${commands.join('')}`;
}

/** Runs a blueprint's own script; its lines become facts of its topic. A failure is a fact, too. */
function scriptTopic(topic: string, script: string): string {
  return `{ ( set -- ; trap - EXIT; eval ${shellWord(script)} ) </dev/null 2>/dev/null
code=$?; [ "$code" = 0 ] || printf '\\n(failed)\\texit code %s\\n' "$code"; } | sed "s/^/${topic}$T/"`;
}
