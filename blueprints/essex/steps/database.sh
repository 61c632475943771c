# root has no password, it is let in by the socket.
mariadb_settings
start mariadb

databases keystone "$PARAM_KEYSTONE_DB_PASSWORD" keystone
if part_of image; then databases glance "$PARAM_GLANCE_DB_PASSWORD" glance; fi
if part_of placement; then databases placement "$PARAM_PLACEMENT_DB_PASSWORD" placement; fi
if part_of network; then databases neutron "$PARAM_NEUTRON_DB_PASSWORD" neutron; fi
if part_of volume; then databases cinder "$PARAM_CINDER_DB_PASSWORD" cinder; fi
if part_of compute; then databases nova "$PARAM_NOVA_DB_PASSWORD" nova nova_api nova_cell0; fi
mysql --skip-column-names <<'SQL'
SELECT CONCAT('MariaDB ', VERSION(), ', ', COUNT(*), ' databases') FROM information_schema.schemata
WHERE schema_name NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys');
SQL
