# As the services do it: over TCP, with their own passwords, which the client reads from its stdin instead of its arguments.
tables() {
  printf '[client]\nhost = 127.0.0.1\nuser = %s\npassword = %s\n' "$1" "$2" |
    mysql --defaults-file=/dev/stdin --connect-timeout=10 --skip-column-names "$1" -e 'SHOW TABLES' | wc -l
}
keystone=$(tables keystone "$PARAM_KEYSTONE_DB_PASSWORD")
glance=$(tables glance "$PARAM_GLANCE_DB_PASSWORD")
{ [ "$keystone" -gt 0 ] && [ "$glance" -gt 0 ]; } || die "no tables: keystone $keystone, glance $glance"
echo "$(mysql --skip-column-names -e "SELECT CONCAT('MariaDB ', VERSION())"): keystone $keystone tables, glance $glance tables"
