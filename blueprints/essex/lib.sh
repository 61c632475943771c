# shellcheck shell=sh
# Put before every script of this blueprint. Passwords come in the environment and go on through stdin and files that
# only their reader may open; none is an argument of a process, and none is printed.
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
# su and cron set no HOME; some of the tools below look there for settings.
export HOME=/root

CONTROLLER=${ROLE_CONTROLLER_ADDRESSES%% *}
IDENTITY_URL=http://$CONTROLLER:5000/v3
IMAGE_URL=http://$CONTROLLER:9292
export IDENTITY_URL IMAGE_URL

PACKAGES='mariadb-server python3-pymysql memcached keystone glance python3-openstackclient curl'
# shellcheck disable=SC2034 # for the scripts
UNITS='mariadb memcached keystone glance-api'

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
  said=$(runuser -u "$user" -- "$@" 2>&1) || die "$said
$* failed: its last lines are above"
)

# All of PACKAGES are configured and nothing of an interrupted installation is left.
packages_done() {
  # shellcheck disable=SC2086 # a list of words
  states=$(dpkg-query -W -f '${db:Status-Abbrev}\n' $PACKAGES 2>/dev/null) || return 1
  ! printf '%s\n' "$states" | grep -qv '^ii' && [ ! -e /usr/bin/py3compile.essex ] && [ -e /var/lib/essex/packages ]
}

# set_options FILE: reads "[section]" and "key = value" lines and sets them in FILE, which keeps its comments, owner and mode.
set_options() {
  python3 -c '
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
    key = line.partition("=")[0].strip()
    if bounds(section) is None:
        lines += ["[%s]" % section]
    start, end = bounds(section)
    set_already = [n for n in range(start, end) if re.match(re.escape(key) + r"\s*[=:]", lines[n])]
    for number in reversed(set_already):
        del lines[number]
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

# start UNIT…: runs with the configuration as it is now, and after every boot.
start() {
  systemctl --quiet enable "$@"
  systemctl restart "$@" || {
    systemctl --no-pager --lines 20 status "$@" >&2 || true
    die "could not start: $*"
  }
}

# answers URL SECONDS UNIT: waits until an HTTP server answers with something better than a 5xx.
answers() {
  deadline=$(($(date +%s) + $2))
  while :; do
    code=$(curl -s -m 10 -o /dev/null -w '%{http_code}' "$1" || true)
    case $code in [1-4]??) return 0 ;; esac
    [ "$(date +%s)" -lt "$deadline" ] || break
    sleep 0.2
  done
  systemctl --no-pager --lines 20 status "$3" >&2 || true
  die "$1 did not answer within $2 s (last HTTP code $code): look at /var/log/${3%-api}"
}

# openstack_api: runs the Python program on stdin, with call(), login() and endpoint() defined before it. A process start
# and a login are all it costs; the openstack command needs two seconds for every call.
openstack_api() {
  {
    cat <<'PYTHON'
import json, os, sys, urllib.error, urllib.request

IDENTITY = os.environ['IDENTITY_URL']
session = {}

def call(method, url, body=None, ok=(), content='application/json'):
    """One request. Answers (status, headers, JSON or bytes). Other than 2xx or `ok` ends the program with one line."""
    data = json.dumps(body).encode() if isinstance(body, (dict, list)) else body
    headers = {'Content-Type': content} if data is not None else {}
    if 'token' in session:
        headers['X-Auth-Token'] = session['token']
    try:
        answer = urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method), timeout=30)
    except urllib.error.HTTPError as error:
        answer = error
    except OSError as error:
        sys.exit('%s %s: no answer: %s' % (method, url, getattr(error, 'reason', error)))
    text = answer.read()
    if not (200 <= answer.status < 300 or answer.status in ok):
        sys.exit('%s %s: HTTP %d: %s' % (method, url, answer.status, text[:300].decode(errors='replace').strip()))
    if 'json' in (answer.headers.get('Content-Type') or '') and text:
        return answer.status, answer.headers, json.loads(text)
    return answer.status, answer.headers, text

def login():
    """A token for admin in the project admin; later calls carry it. Answers Keystone's description of it."""
    user = {'name': 'admin', 'domain': {'id': 'default'}, 'password': os.environ['PARAM_ADMIN_PASSWORD']}
    scope = {'project': {'name': 'admin', 'domain': {'id': 'default'}}}
    auth = {'identity': {'methods': ['password'], 'password': {'user': user}}, 'scope': scope}
    _, headers, answer = call('POST', IDENTITY + '/auth/tokens', {'auth': auth})
    session.update(token=headers['X-Subject-Token'], catalog=answer['token']['catalog'])
    return answer['token']

def endpoint(service, interface='public'):
    """The service's address in the catalogue of the last login."""
    for entry in session['catalog']:
        for place in entry['endpoints']:
            if (entry['type'], place['interface'], place['region']) == (service, interface, os.environ['PARAM_REGION']):
                return place['url'].rstrip('/')
    sys.exit('the catalogue has no %s endpoint of %s in region %s' % (interface, service, os.environ['PARAM_REGION']))

PYTHON
    cat
  } | python3 -
}
