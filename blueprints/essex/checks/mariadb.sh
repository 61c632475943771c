# As the services do it: over TCP, with their own passwords, which the client reads from its stdin instead of its arguments.
tables() {
  printf '[client]\nhost = 127.0.0.1\nuser = %s\npassword = %s\n' "$2" "$3" |
    mysql --defaults-file=/dev/stdin --connect-timeout=10 --skip-column-names "$1" -e 'SHOW TABLES'
}
said=
# check DATABASE USER PASSWORD
check() {
  list=$(tables "$@" 2>/dev/null) || die "user $2 cannot use the database $1: $(tables "$@" 2>&1 >/dev/null | tail -n 1)"
  [ -n "$list" ] || die "database $1 has no tables"
  said="$said, $1 $(printf '%s\n' "$list" | wc -l) tables"
}
check keystone keystone "$PARAM_KEYSTONE_DB_PASSWORD"
if part_of image; then check glance glance "$PARAM_GLANCE_DB_PASSWORD"; fi
if part_of placement; then check placement placement "$PARAM_PLACEMENT_DB_PASSWORD"; fi
if part_of network; then check neutron neutron "$PARAM_NEUTRON_DB_PASSWORD"; fi
if part_of volume; then check cinder cinder "$PARAM_CINDER_DB_PASSWORD"; fi
if part_of compute; then
  for database in nova nova_api nova_cell0; do check $database nova "$PARAM_NOVA_DB_PASSWORD"; done
fi
echo "$(mysql --skip-column-names -e "SELECT CONCAT('MariaDB ', VERSION())"): ${said#, }"
