# shellcheck shell=sh
# Put before every script of this blueprint. Passwords come in the environment and go on through stdin and files that
# only their reader may open; none is an argument of a process, and none is printed.
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
# The packages have scripts for init as well: systemctl would have a Perl program link each of them anew, to no effect.
export SYSTEMCTL_SKIP_SYSV=1
# su and cron set no HOME; some of the tools below look there for settings.
export HOME=/root

# Not known to cached steps.
CONTROLLER=${ROLE_CONTROLLER_ADDRESSES-}
CONTROLLER=${CONTROLLER%% *}
IDENTITY_URL=http://$CONTROLLER:5000/v3
IMAGE_URL=http://$CONTROLLER:9292
PLACEMENT_URL=http://$CONTROLLER:8778
NETWORK_URL=http://$CONTROLLER:9696
COMPUTE_URL=http://$CONTROLLER:8774/v2.1
DASHBOARD_URL=http://$CONTROLLER/horizon
# Every project has an account of its own there, which Keystone puts in.
OBJECT_URL="http://$CONTROLLER:8080/v1/AUTH_%(project_id)s"
VOLUME_URL="http://$CONTROLLER:8776/v3/%(project_id)s"
export IDENTITY_URL IMAGE_URL PLACEMENT_URL NETWORK_URL COMPUTE_URL DASHBOARD_URL OBJECT_URL VOLUME_URL

# Where a step leaves what later ones ask for.
STATE=/var/lib/essex
# What packages.sh has installed, so far as it is known to be whole.
INSTALLED=$STATE/packages-${NODE_ROLE:-common}

die() {
  printf '%s\n' "$*" >&2
  exit 1
}

# Takes the parameters out of the environment of what is started from here on.
forget_secrets() {
  for name in $(env | sed -n 's/^\(PARAM_[A-Z0-9_]*\)=.*/\1/p'); do unset "$name"; done
}

# as USER COMMAND…: runs it as that user, who gets none of the parameters. What it says is shown when it fails.
as() (
  forget_secrets
  user=$1
  shift
  cd "/var/lib/$user"
  # Where the service keeps what Python found out of its packages, too.
  said=$(HOME="/var/lib/$user" runuser -u "$user" -- "$@" 2>&1) || die "$said
$* failed: its last lines are above"
)

# part_of COMPONENT: whether this environment has it. Compute brings what it cannot do without.
part_of() {
  case $PARAM_SIZE:$1 in
    *:base | *:identity) return 0 ;;
    mini:image | mini:object) ;;
    mini:*) return 1 ;;
  esac
  case $1 in
    queue) part_of network || part_of volume ;;
    placement) part_of compute ;;
    object | volume) case ,$PARAM_COMPONENTS, in *,"$1",*) ;; *) return 1 ;; esac ;;
    image | network) case ,$PARAM_COMPONENTS, in *,all,* | *,"$1",* | *,compute,*) ;; *) return 1 ;; esac ;;
    *) case ,$PARAM_COMPONENTS, in *,all,* | *,"$1",*) ;; *) return 1 ;; esac ;;
  esac
}

# hypervisor: what the instances of this compute node run on.
hypervisor() {
  case $PARAM_HYPERVISOR in
    auto) if [ -e /dev/kvm ]; then echo kvm; else echo fake; fi ;;
    *) echo "$PARAM_HYPERVISOR" ;;
  esac
}

# of_this_node KIND: the release's PACKAGES or UNITS of what this node is for; where a step is for nodes of any role, what they have
# in common.
of_this_node() (
  list=
  case ${NODE_ROLE:-} in
    '') eval "list=\$${1}_common" ;;
    controller)
      for component in base identity image queue placement network compute dashboard object volume; do
        if part_of $component; then eval "list=\"\$list \$${1}_$component\""; fi
      done
      ;;
    *) eval "list=\$${1}_hypervisor_$(hypervisor)" ;;
  esac
  printf '%s' "${list# }"
)

# All packages are configured and nothing of an interrupted installation is left.
packages_done() {
  [ -e $INSTALLED ] && [ ! -e /usr/bin/py3compile.essex ] || return 1
  # shellcheck disable=SC2046 # a list of words
  states=$(dpkg-query -W -f '${db:Status-Abbrev}\n' $(of_this_node PACKAGES) 2>/dev/null) || return 1
  ! printf '%s\n' "$states" | grep -qv '^ii'
}

# installer_ended SECONDS: waits until no apt or dpkg runs, be it of a step that was killed or the system's own.
installer_ended() {
  timeout "$1" python3 -c '
import fcntl
for name in ("lock-frontend", "lock"):
    fcntl.lockf(open("/var/lib/dpkg/" + name, "a"), fcntl.LOCK_EX)'
}

# dashboard_home: the page that the dashboard shows after a login. Without Nova nobody may see the one of the project.
dashboard_home() { if part_of compute; then echo project; else echo identity; fi; }

DASHBOARD=/usr/share/openstack-dashboard
# Is there while dpkg is kept from putting the dashboard's static files together.
STATIC_LATER=$STATE/static-later

# dashboard_files: dpkg may put them together from here on, and has to (dpkg --configure).
dashboard_files() {
  dpkg-statoverride --quiet --remove $DASHBOARD/manage.py || true
  if [ -e $DASHBOARD/manage.py ]; then
    chmod 755 $DASHBOARD/manage.py
    dpkg-trigger --no-await --by-package=openstack-dashboard openstack-dashboard-rebuild-static || true
  fi
}

# service_login SECTION USER PASSWORD: the lines with which a service logs in at Keystone, for set_options.
service_login() {
  cat <<CONF
[$1]
auth_type = password
auth_url = $IDENTITY_URL
username = $2
password = $3
user_domain_name = Default
project_name = service
project_domain_name = Default
region_name = $PARAM_REGION
CONF
}

# token_check USER PASSWORD: the lines with which a service has Keystone check the tokens that it is shown.
token_check() {
  service_login keystone_authtoken "$1" "$2"
  cat <<CONF
www_authenticate_uri = $IDENTITY_URL
service_token_roles_required = true
memcached_servers = 127.0.0.1:11211
CONF
}

# few_processes FILE [PROCESSES THREADS]: the packages start 8 processes of 32 threads for every API: 0.6 GB more and a slow
# start.
few_processes() {
  printf '[uwsgi]\nprocesses = %s\nthreads = %s\n' "${2:-1}" "${3:-8}" | set_options "$1"
}

# So long after an API has begun to answer, in seconds, what nobody waits for is loaded: by then the rest of a boot is done.
SETTLED=30

# two_processes FILE FIFO: Nova and Neutron have one thread a process: their greenlets cannot be woken by another one, and an API waits
# for ever ("greenlet.error: cannot switch to a different thread"). Each of the two loads everything for itself. When the first one
# has answered for a while, it has the second one started (the + into FIFO): at a boot, others wait for the cores until then.
two_processes() {
  few_processes "$1" 2 1
  set_options "$1" <<CONF
[uwsgi]
cheaper = 1
cheaper-algo = manual
master-fifo = $2
# The hook must not hold the API's port.
close-on-exec2 = true
hook-accepting1-once = exec:(sleep $SETTLED; test -p $2 && echo + >$2) </dev/null >/dev/null 2>&1 &
CONF
}

# boots_after OTHER UNIT…: at a boot the units start when the other one has. The services would all start at once, and those that the
# rest waits for would be there last. systemd has to be told (daemon-reload).
boots_after() (
  other=$1
  shift
  for unit in "$@"; do
    mkdir -p "/etc/systemd/system/$unit.service.d"
    printf '[Unit]\nAfter=%s.service\n' "$other" >"/etc/systemd/system/$unit.service.d/essex.conf"
  done
)

# mariadb_settings: MariaDB listens on 127.0.0.1 only: all that use it run on its node.
mariadb_settings() {
  cat >/etc/mysql/mariadb.conf.d/60-essex.cnf <<'CNF'
[mysqld]
bind-address = 127.0.0.1
skip-name-resolve
max_connections = 500
performance_schema = OFF
# A commit is in the log file before it is answered, so a snapshot of the running node has it.
innodb_flush_log_at_trx_commit = 1
# Is 96 MB by default, which every snapshot would hold.
innodb_log_file_size = 16M
CNF
}

# schema_of NAME: the version of the package whose tables steps/schemas.sh has made in the database NAME.
schema_of() { cat "$STATE/schema-$1" 2>/dev/null; }

# schema_version NAME: the version of the package that is to make them.
schema_version() { dpkg-query -W -f '${Version}' "python3-${1%%_*}"; }

# has_schema NAME: the tables are there, and of the package as it is now.
has_schema() {
  [ "$(schema_of "$1")" = "$(schema_version "$1")" ] || return 1
  mysql --skip-column-names -e "SELECT COUNT(*) > 5 FROM information_schema.tables WHERE table_schema = '$1'" | grep -q 1
}

# begin_tables DATABASE…: before their tables are made. MariaDB keeps what half of a migration has made, and the next one fails for it
# ("table already exists"). So what an interrupted first one has left is dropped; tables that were whole once never are.
begin_tables() {
  for name in "$@"; do
    if [ -e "$STATE/half-$name" ]; then
      printf 'DROP DATABASE IF EXISTS %s;\nCREATE DATABASE %s;\n' "$name" "$name" | mysql
    elif echo "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = '$name'" |
      mysql --skip-column-names | grep -qx 0; then
      mkdir -p "$STATE"
      : >"$STATE/half-$name"
    fi
  done
}

# end_tables DATABASE…: they are whole.
end_tables() {
  for name in "$@"; do rm -f "$STATE/half-$name"; done
}

# make_tables DATABASE COMMAND…: has the command make them.
make_tables() {
  begin_tables "$1"
  (shift && "$@")
  end_tables "$1"
}

# databases USER PASSWORD NAME…: they exist, and this user may do everything in them.
databases() (
  user=$1 password=$2
  shift 2
  {
    printf "CREATE USER IF NOT EXISTS '%s'@'127.0.0.1';\nALTER USER '%s'@'127.0.0.1' IDENTIFIED BY '%s';\n" "$user" "$user" "$password"
    for name in "$@"; do printf "CREATE DATABASE IF NOT EXISTS %s;\nGRANT ALL ON %s.* TO '%s'@'127.0.0.1';\n" "$name" "$name" "$user"; done
  } | mysql
)

# set_options FILE: reads "[section]" and "key = value" lines and sets them in FILE, which keeps its comments, owner and mode;
# "-key" takes a setting out.
set_options() {
  python3 -IS -c '
import os, re, shutil, sys
path = sys.argv[1]
with open(path) as file:
    lines = file.read().split("\n")

def bounds(section):
    """First and one past the last line of the section that follow its header; None if there is no such section."""
    start = None
    for number, line in enumerate(lines):
        header = re.match(r"\[([^\]]+)\]\s*$", line)
        if header and start is not None:
            return start, number
        if header and header.group(1) == section:
            start = number + 1
    return None if start is None else (start, len(lines))

section = "DEFAULT"
for line in map(str.strip, sys.stdin):
    if not line or line.startswith("#"):
        continue
    header = re.match(r"\[([^\]]+)\]$", line)
    if header:
        section = header.group(1)
        continue
    gone = line.startswith("-")
    key = line.lstrip("-").partition("=")[0].strip()
    if bounds(section) is None:
        if gone:
            continue
        lines += ["[%s]" % section]
    start, end = bounds(section)
    set_already = [n for n in range(start, end) if re.match(re.escape(key) + r"\s*[=:]", lines[n])]
    for number in reversed(set_already):
        del lines[number]
    if not gone:
        lines.insert(set_already[0] if set_already else start, line)

# Written beside and renamed, so that an interrupted step leaves the old file or the new one.
new = path + ".essex-new"
descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
with os.fdopen(descriptor, "w") as file:
    file.write("\n".join(lines))
owner = os.stat(path)
os.chown(new, owner.st_uid, owner.st_gid)
shutil.copymode(path, new)
os.rename(new, path)
' "$1"
}

# start UNIT…: runs with the configuration as it is now, and after every boot. systemd need not read all units again for that.
start() {
  systemctl --quiet --no-reload enable "$@"
  systemctl restart "$@" || {
    systemctl --no-pager --lines 20 status "$@" >&2 || true
    die "could not start: $*"
  }
}

# answers URL SECONDS UNIT: waits until an HTTP server answers with something better than a 5xx. One process that goes on asking:
# starting one for every try would take from the server what it starts with. Into a file, /dev/null too, it would not ask again after
# an answer with a body: it cannot empty that (Debian 12's curl ends with 23 then).
answers() {
  code=$(curl -s -m 30 --retry 1000 --retry-delay 1 --retry-max-time "$2" --retry-all-errors -w '\n%{http_code}' "$1" | tail -n 1)
  case $code in [1-4]??) return 0 ;; esac
  systemctl --no-pager --lines 20 status "$3" >&2 || true
  die "$1 did not answer within $2 s (last HTTP code $code): look at /var/log/${3%-api}"
}
