import { createHash } from 'node:crypto';
import type { RemoteFile } from '../../transport.ts';
import { quote, shell } from './shell-text.ts';

/** How the node takes in a file: the shell is asked once, then fed the bytes, and its input ends. */
const PUT = shell`
set -u
dd_say() { printf '%s %s\n' "$dd_token" "$*"; }
dd_fail() { rm -f "$dd_part"; dd_say failed "$*"; exit 1; }

# dd_put token path mode bytes sha256 name
dd_put() {
  dd_token=$1 dd_part=\${2%/*}/.deployday.$6.$1
  # Who was to write the same file before us and is not done, on a connection that was lost or for a bot that stood still, shall
  # not land it any more once we have: somebody may have written into it by then.
  for dd_other in "\${2%/*}/.deployday.$6."*; do [ ! -e "$dd_other" ] || rm -f "$dd_other"; done
  if [ -d "$2" ]; then dd_fail "$2 is a folder"; fi
  if ! dd_error=$( (umask 077; printf '' >"$dd_part") 2>&1); then dd_fail "cannot write to \${2%/*}/: \${dd_error##*: }"; fi
  dd_say go
  {
    dd_error=$(cat 2>&1 >&5) || dd_fail "cannot write $dd_part: \${dd_error##*: }"
    read -r dd_rest dd_size </proc/self/fdinfo/5
  } 5>"$dd_part"
  [ -e "$dd_part" ] || dd_fail "it has been written anew since this was begun"
  # The connection was lost, or a disk lies.
  [ "$dd_size" = "$4" ] || dd_fail "$dd_size of $4 bytes have arrived"
  if ! dd_sum=$(dd_digest <"$dd_part"); then dd_fail "neither sha256sum nor openssl is on the node to check it with"; fi
  [ "\${dd_sum%% *}" = "$5" ] || dd_fail "its SHA-256 is \${dd_sum%% *}, expected $5"
  dd_error=$( { chmod "$3" "$dd_part" && mv -f "$dd_part" "$2"; } 2>&1) || dd_fail "\${dd_error##*: }"
  dd_say done
}

# openssl uses the processor's own instructions, and is several times faster.
dd_digest() { openssl dgst -sha256 -r 2>/dev/null || sha256sum; }
`;

/**
 * What a fresh `/bin/sh -s` is sent; it answers `<token> go`, takes the bytes up to the end of its input, and answers
 * `<token> done`. At any time it may say `<token> failed <why>` instead, and has then left nothing behind. `node`: what tells it
 * from other nodes.
 */
export const putQuestion = (token: string, { path, mode, bytes, sha256 }: RemoteFile, node: string): string =>
  `${PUT}dd_put ${token} ${quote(path)} ${mode.toString(8)} ${bytes} ${sha256} ${nameOf(path, node)}\n`;

/**
 * What half a file is called beside the path that it is for, whoever writes it. Not the same for two nodes: their folder may be
 * one, on a file server, and neither is to take the other's half away.
 */
const nameOf = (path: string, node: string) =>
  createHash('sha256').update(`${node} ${path}`).digest('hex').slice(0, 16);
