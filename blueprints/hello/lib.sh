# shellcheck shell=sh
# Put before every script of this blueprint. Works as any user: everything is in the home folder.
set -eu

HELLO=$HOME/hello

die() {
  printf '%s\n' "$*" >&2
  exit 1
}

# put FILE: what comes on stdin, whole or not at all.
put() {
  mkdir -p "$HELLO"
  cat >"$HELLO/$1.new"
  mv "$HELLO/$1.new" "$HELLO/$1"
}

# The greeting as HTML.
greeting() {
  printf '%s\n' "$PARAM_GREETING" | sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g'
}

# One "address name" line for every node of the environment.
fellows() {
  printf '%s\n' "$HOSTS" | sort
}

# The checksum of the page and the list, made with the environment's secret: who does not know it cannot make another.
seal() {
  { cat "$HELLO/index.html" "$HELLO/fellows.txt" && printf %s "$PARAM_TOKEN"; } | sha256sum | cut -d ' ' -f 1
}

sealed() {
  [ -f "$HELLO/.seal" ] && [ "$(cat "$HELLO/.seal")" = "$(seal)" ]
}
