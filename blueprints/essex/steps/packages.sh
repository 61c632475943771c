# Everything from Debian in one apt transaction. Four things make it fast (docs/measurements.md, Essex): no service is started
# half-configured, systemd reads the units once, packages do not compile their Python one by one but all of it but its tests (more
# than half) is compiled at the end, on every core, and the dashboard's static files, which its packages put together three times,
# are left to schemas.sh. All else is undone at the end, whatever happens.

# shellcheck source=/dev/null
. /etc/os-release
case ${VERSION_CODENAME:-} in
  bookworm) fits='provision with release=zed, or ' ;;
  trixie) fits='provision with release=epoxy, or ' ;;
  *) fits= ;;
esac
[ "${VERSION_CODENAME:-}" = "$SUITE" ] ||
  die "$RELEASE installs packages of the suite $SUITE; this node runs ${PRETTY_NAME:-something else}: ${fits}take nodes that run $SUITE"

case $PARAM_MIRROR in
  none) SOURCES= ;;
  *) SOURCES="-o Dir::Etc::SourceList=$STATE/mirror.list -o Dir::Etc::SourceParts=/dev/null" ;;
esac
MIRROR=$PARAM_MIRROR
PACKAGES=$(of_this_node PACKAGES)
forget_secrets

POLICY=/usr/sbin/policy-rc.d
COMPILER=/usr/bin/py3compile
MARK='essex: services are started by later steps'
apt=

undo() {
  # Were it left running, it would start services from here on.
  if [ -n "$apt" ]; then
    kill "$apt" 2>/dev/null || true
    wait "$apt" 2>/dev/null || true
    installer_ended 60 || true
  fi
  if grep -qs "$MARK" $POLICY; then rm -f $POLICY; fi
  if [ -e $POLICY.essex ]; then mv $POLICY.essex $POLICY; fi
  if [ -e $COMPILER.essex ]; then
    rm -f $COMPILER
    dpkg-divert --quiet --local --rename --divert $COMPILER.essex --remove $COMPILER
  fi
}
# After a failure, schemas.sh may never come to its part.
undo_all() {
  undo
  if [ -e $STATIC_LATER ]; then
    dashboard_files
    rm $STATIC_LATER
  fi
}
trap undo_all EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

installer_ended 300 || die "another apt or dpkg has been running for 5 minutes on this node: see ps -ef"
mkdir -p $STATE
undo_all # of a step that was killed
if [ -e $POLICY ]; then mv $POLICY $POLICY.essex; fi
printf '#!/bin/sh\n# %s\nexit 101\n' "$MARK" >$POLICY
chmod 755 $POLICY
if [ -e $COMPILER ]; then
  dpkg-divert --quiet --local --rename --divert $COMPILER.essex --add $COMPILER
  ln -s /bin/true $COMPILER
fi

# Its packages put the static files together where this program may be run.
case " $PACKAGES " in
  *' openstack-dashboard '*)
    if [ ! -e $DASHBOARD/manage.py ]; then
      touch $STATIC_LATER
      dpkg-statoverride --quiet --add root root 0644 $DASHBOARD/manage.py
    fi
    ;;
esac

# Kept from the first attempt, which found the machine without any of this.
# On a busy node systemd may not answer in time, which must not pass for "none are".
enabled_units() {
  systemctl list-unit-files --state=enabled --no-legend --plain >$STATE/units.list
  awk '{print $1}' $STATE/units.list | sort >"$1"
  rm $STATE/units.list
}
if [ ! -e $STATE/units-before ]; then
  enabled_units $STATE/units-before.new
  mv $STATE/units-before.new $STATE/units-before
fi

# Kept from the first attempt as well: what was there before it is in use.
if [ ! -e $INSTALLED.before ]; then
  # shellcheck disable=SC2016 # a field of dpkg-query
  dpkg-query -W -f '${Package}\n' >$INSTALLED.before.new
  mv $INSTALLED.before.new $INSTALLED.before
fi

# The packages' files are not kept: every snapshot of the node would hold them.
if [ -n "$SOURCES" ]; then printf 'deb %s %s %s\n' "$MIRROR" "$SUITE" "$COMPONENTS" >$STATE/mirror.list; fi
# Python is compiled by one at a time. compileall would ask a process for every file, compiled or not.
cat >$STATE/compile.py <<'PYTHON'
import concurrent.futures, importlib.util, os, py_compile, sys

def sources(folder):
    for path, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in ('tests', '__pycache__')]
        yield from (os.path.join(path, name) for name in files if name.endswith('.py'))

def is_compiled(source):
    """Whether Python would take what lies beside it: of this Python, and of the file as it is."""
    try:
        with open(importlib.util.cache_from_source(source), 'rb') as file:
            head = file.read(16)
        state = os.stat(source)
    except OSError:
        return False
    of_it = [int(state.st_mtime) & 0xFFFFFFFF, state.st_size & 0xFFFFFFFF]
    return head[:8] == importlib.util.MAGIC_NUMBER + bytes(4) and head[8:] == b''.join(n.to_bytes(4, 'little') for n in of_it)

def compile(source):
    try:
        py_compile.compile(source, doraise=True)
    except (py_compile.PyCompileError, OSError):
        pass # templates and examples of packages, or gone again

missing = [source for folder in sys.argv[1:] for source in sources(folder) if not is_compiled(source)]
if missing:
    with concurrent.futures.ProcessPoolExecutor() as pool:
        for _ in pool.map(compile, missing, chunksize=20):
            pass
PYTHON
cat >$STATE/compile <<SH
#!/bin/sh
exec flock "\$@" $STATE/compile.py nice python3 -I $STATE/compile.py /usr/lib/python3/dist-packages
SH
# Before every run of dpkg. When it comes to configuring, most is unpacked, and dpkg keeps one core busy.
cat >$STATE/compile-beside <<SH
#!/bin/sh
[ "\$DPKG_HOOK_ACTION" != configure ] || $STATE/compile -n </dev/null >/dev/null 2>&1 &
SH
chmod 755 $STATE/compile $STATE/compile-beside
APT="$SOURCES -o Dpkg::Options::=--pre-invoke=$STATE/compile-beside "'-qq -o APT::Keep-Downloaded-Packages=false -o Acquire::Retries=3 -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold'
dpkg --configure -a # what a killed step began
# What the nodes have in common was installed a moment ago: the lists of packages need not be read again.
if [ "$(cat $STATE/lists-of 2>/dev/null)" != "$MIRROR" ] || [ -z "$(find $STATE/lists-of -mmin -60)" ]; then
  # shellcheck disable=SC2086 # lists of words
  apt-get $APT update
  printf '%s\n' "$MIRROR" >$STATE/lists-of
fi
# Packages that see no systemd do not have it read all units anew, one after the other: it does so once, below.
# shellcheck disable=SC2086
set -- apt-get $APT -y --no-install-recommends install $PACKAGES
if unshare --mount true 2>/dev/null; then
  # shellcheck disable=SC2016 # for the shell within
  set -- unshare --mount sh -c 'mount -t tmpfs none /run/systemd; exec "$@"' sh "$@"
fi
"$@" </dev/null &
apt=$!
wait "$apt" || {
  rm -f $STATE/lists-of
  die "apt-get install failed: its last lines are above; the step may be repeated"
}
apt=
systemctl daemon-reload
$STATE/compile
if [ -e $DASHBOARD ]; then python3 -I $STATE/compile.py $DASHBOARD; fi
rm $STATE/compile $STATE/compile-beside $STATE/compile.py

# What the packages brought is enabled by the step that configures it. The rest (iSCSI comes along, the packages' own timers)
# stays off: enabled but not started it would run after the next boot, and a node that was reset would differ from its baseline.
enabled_units $STATE/units-after
comm -13 $STATE/units-before $STATE/units-after | xargs -r systemctl --quiet disable
rm $STATE/units-after

# What packages make by chance or in secret must not be shared by all that begin from this disk; each is made anew by who first
# needs it.
came() { ! grep -qx "$1" $INSTALLED.before; }
if came rabbitmq-server; then rm -f /var/lib/rabbitmq/.erlang.cookie; fi
if came openstack-dashboard; then rm -rf /var/lib/openstack-dashboard/secret-key/* /var/lib/openstack-dashboard/secret-key/.[!.]*; fi
if came open-iscsi && [ -e /etc/iscsi/initiatorname.iscsi ]; then echo 'GenerateName=yes' >/etc/iscsi/initiatorname.iscsi; fi
# shellcheck disable=SC2016,SC2086 # fields of dpkg-query; a list of words
dpkg-query -W -f '${Package} ${Version}\n' $PACKAGES >$INSTALLED.new
rm $INSTALLED.before
mv $INSTALLED.new $INSTALLED
trap undo EXIT
echo "$(wc -l <$INSTALLED) packages of $RELEASE: $(paste -s -d , $INSTALLED | sed 's/,/, /g')"
