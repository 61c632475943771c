# As the services do it: over TCP, with their own passwords, which the client reads from its stdin instead of its arguments.
tables() {
  printf '[client]\nhost = 127.0.0.1\nuser = %s\npassword = %s\n' "$1" "$2" |
    mysql --defaults-file=/dev/stdin --connect-timeout=10 --skip-column-names "$1" -e 'SHOW TABLES' | wc -l
}
said=
check() {
  count=$(tables "$1" "$2")
  [ "$count" -gt 0 ] || die "database $1 has no tables for user $1"
  said="$said, $1 $count tables"
}
check keystone "$PARAM_KEYSTONE_DB_PASSWORD"
if part_of image; then check glance "$PARAM_GLANCE_DB_PASSWORD"; fi
if part_of placement; then check placement "$PARAM_PLACEMENT_DB_PASSWORD"; fi
if part_of network; then check neutron "$PARAM_NEUTRON_DB_PASSWORD"; fi
if part_of volume; then check cinder "$PARAM_CINDER_DB_PASSWORD"; fi
if part_of compute; then check nova "$PARAM_NOVA_DB_PASSWORD"; fi
echo "$(mysql --skip-column-names -e "SELECT CONCAT('MariaDB ', VERSION())"): ${said#, }"
