# The tables of every database that this controller has, which are the same in all environments: made once, and kept with the
# packages. They are made by root over MariaDB's socket, from a configuration that names the database and nothing else, so no
# password is needed and no log is left. The steps of the services make those that are missing later. Beside them, where a core is
# idle, the dashboard's static files, which packages.sh leaves to this step.
mariadb_settings
ours=
if ! systemctl --quiet is-active mariadb; then
  ours=yes
  systemctl start mariadb
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"; if [ -n "$ours" ]; then systemctl stop mariadb; fi' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# begin NAME SECTION: the database NAME with what half of a migration has left dropped, and a configuration that names it there.
begin() {
  mysql -e "CREATE DATABASE IF NOT EXISTS $1"
  begin_tables "$1"
  printf '[%s]\nconnection = mysql+pymysql://root@localhost/%s?unix_socket=/run/mysqld/mysqld.sock\n' "$2" "$1" >"$folder/$1.conf"
}

# end NAME: its tables are whole.
end() {
  end_tables "$1"
  schema_version "$1" >"$STATE/schema-$1.new"
  mv "$STATE/schema-$1.new" "$STATE/schema-$1"
}

# quietly COMMAND…: what it says is shown when it fails.
quietly() { said=$("$@" 2>&1) || die "$said
the tables could not be made: the last lines are above"; }

# make NAME SECTION COMMAND…: the tables of the database NAME, by a command that finds it in that section of its configuration.
make() (
  name=$1 section=$2
  shift 2
  if has_schema "$name"; then exit 0; fi
  begin "$name" "$section"
  program=$1
  shift
  quietly "$program" --config-file "$folder/$name.conf" "$@"
  end "$name"
)

# Nova's three databases, with the cells, whose templates are tried on settings that no service has.
make_nova() (
  made=
  set --
  for name in nova_api nova_cell0 nova; do
    if has_schema $name; then continue; fi
    made="$made $name"
    options="--config-file $folder/$name.conf"
    if [ $name = nova_api ]; then
      begin $name api_database
      cat >>"$folder/$name.conf" <<'CONF'
[database]
connection = mysql+pymysql://nova:none@127.0.0.1/nova
[DEFAULT]
transport_url = rabbit://openstack:none@127.0.0.1:5672/
CONF
      set -- "$@" "$options api_db sync" "$options $MAP_CELL0" "$options $CREATE_CELL"
    else
      begin $name database
      set -- "$@" "$options db sync --local_cell"
    fi
  done
  if [ $# -gt 0 ]; then quietly python3 -c "$NOVA_MANAGE" "$@"; fi
  for name in $made; do end "$name"; done
)

# What packages.sh has kept dpkg from. One of eight times it fails (3 of 25): Django's compressor has threads that meet in its SCSS compiler
# ("Syntax error: Found 'inline-blo'"). The dashboard's secret key is made on the way, and must not be shared by all that begin from
# this disk.
make_static_files() (
  installer_ended 300 || die "another apt or dpkg has been running for 5 minutes on this node: see ps -ef"
  dashboard_files
  tries=1
  while ! said=$(dpkg --configure -a 2>&1); do
    [ $tries -lt 3 ] || die "$said
the dashboard's static files could not be put together in $tries tries: the last one's lines are above"
    echo "the dashboard's static files could not be put together; trying again: $(printf '%s\n' "$said" | grep -m 1 Error)"
    tries=$((tries + 1))
  done
  rm -rf /var/lib/openstack-dashboard/secret-key/* /var/lib/openstack-dashboard/secret-key/.[!.]*
  rm $STATIC_LATER
)

static=
if [ -e $STATIC_LATER ]; then
  make_static_files &
  static=$!
fi
# They take as long as all others together.
if part_of compute; then
  make_nova &
  nova=$!
fi
make keystone database keystone-manage db_sync
if part_of image; then make glance database glance-manage db_sync; fi
if part_of placement; then make placement placement_database placement-manage db sync; fi
if part_of network; then make neutron database neutron-db-manage upgrade heads; fi
if part_of compute; then wait "$nova"; fi
if [ -n "$static" ]; then wait "$static"; fi
cd $STATE
echo "tables of: $(for file in schema-*; do echo "${file#schema-}"; done | paste -s -d ' ')"
