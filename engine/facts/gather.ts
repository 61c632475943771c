import type { FactSpec } from '../blueprint/blueprint.ts';
import { CONFIGURATION, LOOKED_AT } from './places.ts';
import { shellWord } from './quote.ts';
import { READINGS } from './readings.ts';
import { SETTINGS } from './settings.ts';
import { FAILED } from './topics.ts';

export interface GatherOptions {
  /** The blueprint's prelude, put before each of its fact scripts. */
  readonly prelude?: string;
  /**
   * Names of the secret parameters. Their values, like the names and addresses of the environment's nodes, come to the script by
   * its variables (engine/script-env.ts), so that the script is the same for all nodes of a role, however many there are.
   */
  readonly secrets?: readonly string[];
}

/** First and last line of what the script prints: with both there, nothing is missing. */
export const BEGIN = 'deployday-facts begin 2';
export const END = 'deployday-facts end';

/**
 * A script for `/bin/sh` that prints the facts of a node of `role`, to be read by `readFacts`. It changes nothing on the node and
 * needs no root (what it may not read is marked). It starts as few processes as it can: on a node that is what looking costs.
 */
export function gatherScript(spec: FactSpec, role: string, options: GatherOptions = {}): string {
  const secrets = (options.secrets ?? []).map((name) => name.toUpperCase());
  const scripts = spec.scripts.filter(({ on }) => on === null || on === role);
  return [
    SETUP,
    `secrets=${shellWord(secrets.join(' '))}`,
    paths([...LOOKED_AT, ...spec.files], '{ [ -e "$file" ] || [ -L "$file" ]; }'),
    FILES,
    // What is a link leads to a file that somebody else keeps.
    paths(CONFIGURATION, '[ -f "$file" ] && ! [ -L "$file" ]'),
    asked(spec.settings),
    `program=${shellWord(READINGS + SETTINGS + MAIN)}`,
    READ,
    ...scripts.map(({ topic, run }) => scriptTopic(topic, `${options.prelude ?? ''}\n${run}`)),
    `printf '%s\\n' '${END}'`,
    '',
  ].join('\n');
}

/** In bytes. A longer one is left out, not cut: half a secret is not found by who masks it. It is cut when it is read. */
const LONGEST_REASON = 4096;

const SETUP = `export LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin
T='\t'
printf '%s\\n' '${BEGIN}'
date "+clock\${T}now\${T}%s.%N"
`;

/**
 * Of the files and folders in "$@": content by hash, owners and modes that are not the usual ones, and where links lead. GNU's
 * find writes what it has before it starts a program, so that lines stay whole.
 */
const FILES = String.raw`
binary=
# Of what is large, the size and the hash of both ends: an image store is not read through within the time that a look may take. Not when it
# was changed: copies that are alike were made at different times, and Nova touches what it uses.
large='-size +32768k'
ends='for file; do
  [ -r "$file" ] || continue
  sum=$({ head -c 1048576 "$file"; tail -c 1048576 "$file"; } | sha256sum)
  printf "large\t%s\t%s %s\n" "$file" "$(stat -c %s "$file")" "${'$'}{sum%% *}"
done'
looked_at() {
  if [ -L "$(command -v find)" ]; then
    find "$@" -xdev -type f ! $large -exec sha256sum {} + 2>/dev/null
    find "$@" -xdev -type f $large -exec sh -c "$ends" sh {} + 2>/dev/null
    find "$@" -xdev \( -type f -o -type d \) -exec stat -c "mode$T%a %u:%g$T%n" {} + 2>/dev/null |
      sed "/^mode${'$'}{T}644 0:0$T/d; /^mode${'$'}{T}755 0:0$T/d"
    find "$@" -xdev -type l ! -path "/etc/ssl/certs/*" ! -path "/etc/rc?.d/*" -exec ls -ld {} + 2>/dev/null | sed -n "s|^l[^/]*\(/.*\) -> \(.*\)|link$T\1$T\2|p"
    find "$@" -xdev \( -type f -o -type d \) -exec sh -c 'for file; do
      [ -r "$file" ] || printf "unreadable\t%s\t-\n" "$file"; done' sh {} + 2>/dev/null
  else
    binary=-I
    find "$@" -xdev -type l ! -path '/etc/ssl/certs/*' ! -path '/etc/rc?.d/*' -printf 'link\t%p\t%l\n' -o \( -type f -o -type d \) \
      \( -type f -perm 0644 -uid 0 -gid 0 -o -type d -perm 0755 -uid 0 -gid 0 -o -printf 'mode\t%m %U:%G\t%p\n' \) \
      \( ! -readable -printf 'unreadable\t%p\t-\n' -o -type f $large -exec sh -c "$ends" sh {} + -o -type f -exec sha256sum {} + \) 2>/dev/null
  fi
}
looked_at "$@"
# Which of them name something of the environment's own. Secrets go in by a pipe: arguments can be seen by everybody.
named() {
  {
    for word in $HOSTS $ENVIRONMENT; do printf '%s\n' "$word"; done
    for name in $secrets; do
      eval "value=\$PARAM_$name"
      [ "${'$'}{#value}" -lt 4 ] || printf '%s\n' "$value"
    done
  } | grep -rlwF $binary -f - -- "$@" 2>/dev/null
}
HOSTS=${'$'}{HOSTS:-} ENVIRONMENT=${'$'}{ENVIRONMENT:-}
set -- "$@"
if [ -n "$HOSTS$ENVIRONMENT" ]; then own=$(named "$@"); else own=; fi
`;

/** Runs the awk program; its functions read what they need by themselves. */
const MAIN = `
BEGIN {
  learn(); os(); packages(); accounts(); mounts(); kernel(); ports()
  if (booted) services()
  for (argument = 1; argument < ARGC; argument++) settings(ARGV[argument])
  rehash()
}
`;

const READ = String.raw`
booted= contained=
[ -d /run/systemd/system ] && booted=1
if [ -e /run/systemd/container ] || [ -e /.dockerenv ] || [ -e /run/.containerenv ]; then contained=1; fi
export HOSTS ENVIRONMENT
printf '%s\n' "$own" | awk -v booted="$booted" -v contained="$contained" -v secrets="$secrets" "$program" "$@"
`;

/** Sets the positional parameters to those of these paths and globs for which `test` holds. Globs are the only thing expanded. */
function paths(globs: readonly string[], test: string): string {
  return [
    'set --',
    `for file in ${globs.map(globWord).join(' ')}; do`,
    `  ${test} && set -- "$@" "$file"`,
    'done',
  ].join('\n');
}

/** Adds the files that a blueprint asks for, of which it is told when they are not there. */
function asked(globs: readonly string[]): string {
  if (globs.length === 0) return '';
  return [
    `for file in ${globs.map(globWord).join(' ')}; do`,
    String.raw`  if [ ! -e "$file" ]; then printf 'settings\t%s\t(missing)\n' "$file"`,
    String.raw`  elif [ ! -f "$file" ] || [ ! -r "$file" ]; then printf 'settings\t%s\t(unreadable)\n' "$file"`,
    '  else set -- "$@" "$file"',
    '  fi',
    'done',
  ].join('\n');
}

/** The glob with every character quoted that means anything to the shell, but for `*`, `?` and `[…]`. */
function globWord(glob: string): string {
  return glob.replace(/[^A-Za-z0-9_./*?[\]!^,:=@%+-]+/g, shellWord);
}

/**
 * Runs a blueprint's own script; its lines become facts of its topic. A failure is a fact, too, with the last thing that was said on
 * stderr. The output goes past that by a descriptor of its own.
 */
function scriptTopic(topic: string, script: string): string {
  return `{ said=$( ( set -- ; eval ${shellWord(script)} ) </dev/null 2>&1 1>&3 3>&- ); code=$?
[ "$code" = 0 ] || {
  why=$(printf '%s\\n' "$said" | sed '/^[[:space:]]*$/d' | tail -n 1 | tr '\\t' ' ')
  [ "\${#why}" -le ${LONGEST_REASON} ] || why=
  printf '\\n${FAILED}\\texit code %s%s\\n' "$code" "\${why:+: $why}"
}; } 3>&1 | sed "s/^/${topic}$T/"`;
}
