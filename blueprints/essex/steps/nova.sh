{
  nova_settings
  cat <<CONF
[database]
connection = mysql+pymysql://nova:$PARAM_NOVA_DB_PASSWORD@127.0.0.1/nova
[api_database]
connection = mysql+pymysql://nova:$PARAM_NOVA_DB_PASSWORD@127.0.0.1/nova_api
[quota]
# Ten servers and twenty cores a project are the default: the check servers has one on every compute node, beside those of people.
instances = -1
cores = -1
ram = -1
CONF
} | set_options /etc/nova/nova.conf

# Tables and cells are mostly there already (steps/schemas.sh).
has_cells() { mysql --skip-column-names nova_api -e "SELECT 1 FROM cell_mappings WHERE name = 'cell1'" 2>/dev/null | grep -q 1; }
if has_schema nova_api && has_schema nova && has_schema nova_cell0; then tables=; else tables=yes; fi
set --
if [ -n "$tables" ]; then
  begin_tables nova_api nova nova_cell0
  set -- 'api_db sync'
fi
has_cells || set -- "$@" "$MAP_CELL0" "$CREATE_CELL"
if [ -n "$tables" ]; then set -- "$@" 'db sync'; fi
if [ $# -gt 0 ]; then as nova python3 -c "$NOVA_MANAGE" "$@"; fi
end_tables nova_api nova nova_cell0
two_processes /etc/nova/nova-api-uwsgi.ini /var/lib/nova/nova-api.fifo
# Conductor and scheduler end when Keystone names a Placement that does not answer yet: at a boot they wait for it, a minute at most.
for unit in nova-conductor nova-scheduler; do
  mkdir -p /etc/systemd/system/$unit.service.d
  cat >/etc/systemd/system/$unit.service.d/essex.conf <<CONF
[Service]
ExecStartPre=-/usr/bin/curl -sf -o /dev/null --retry 60 --retry-delay 1 --retry-max-time 60 --retry-all-errors $PLACEMENT_URL
TimeoutStartSec=5min
CONF
done
# Compute nodes wait for the conductor, and nobody for these.
boots_after nova-conductor nova-api glance-api neutron-api neutron-rpc-server apache2
systemctl daemon-reload
echo "nova.conf, and databases with $(mysql --skip-column-names nova_api -e 'SELECT COUNT(*) FROM cell_mappings') cells"
