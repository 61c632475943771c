# The tables of every database that this controller has, which are the same in all environments: made once, and kept with the
# packages. They are made by root over MariaDB's socket, from a configuration that names the database and nothing else, so no
# password is needed and no log is left. The steps of the services make those that are missing later.
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

# make NAME SECTION COMMAND…: the tables of the database NAME, by a command that finds it in that section of its configuration.
make() (
  name=$1 section=$2
  shift 2
  if has_schema "$name"; then exit 0; fi
  mysql -e "CREATE DATABASE IF NOT EXISTS $name"
  begin_tables "$name"
  printf '[%s]\nconnection = mysql+pymysql://root@localhost/%s?unix_socket=/run/mysqld/mysqld.sock\n' "$section" "$name" >"$folder/$name.conf"
  program=$1
  shift
  said=$("$program" --config-file "$folder/$name.conf" "$@" 2>&1) || die "$said
$program $* failed: its last lines are above"
  end_tables "$name"
  schema_version "$name" >"$STATE/schema-$name.new"
  mv "$STATE/schema-$name.new" "$STATE/schema-$name"
)

# Nova's take as long as all others together.
if part_of compute; then
  (
    make nova_api api_database nova-manage api_db sync
    make nova_cell0 database nova-manage db sync --local_cell
    make nova database nova-manage db sync --local_cell
  ) &
  nova=$!
fi
make keystone database keystone-manage db_sync
if part_of image; then make glance database glance-manage db_sync; fi
if part_of placement; then make placement placement_database placement-manage db sync; fi
if part_of network; then make neutron database neutron-db-manage upgrade heads; fi
if part_of compute; then wait "$nova"; fi
cd $STATE
echo "tables of: $(for file in schema-*; do echo "${file#schema-}"; done | paste -s -d ' ')"
