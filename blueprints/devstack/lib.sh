# shellcheck shell=sh
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 HOME=/root
# shellcheck disable=SC2034 # for the scripts
TREE=/opt/stack/devstack

die() {
  printf '%s\n' "$*" >&2
  exit 1
}

# as_stack COMMAND…: DevStack refuses to run as root. The user gets none of our parameters.
as_stack() (
  cd /opt/stack
  exec runuser -u stack -- env -i PATH="$PATH" HOME=/opt/stack LC_ALL=C.UTF-8 "$@"
)

# stands: stack.sh has come to its end with this very commit and configuration.
stands() { [ "$(cat /opt/stack/.deployday-stacked 2>/dev/null)" = "$(stamp)" ]; }
stamp() { { git -C $TREE -c safe.directory='*' rev-parse HEAD && cat $TREE/local.conf; } 2>/dev/null | sha256sum; }
