{
  token_check neutron "$PARAM_NEUTRON_PASSWORD"
  # Deleting a network asks Placement and Nova, and answers 500 without their logins.
  service_login placement placement "${PARAM_PLACEMENT_PASSWORD:-}"
  service_login nova nova "${PARAM_NOVA_PASSWORD:-}"
  cat <<CONF
[database]
connection = mysql+pymysql://neutron:$PARAM_NEUTRON_DB_PASSWORD@127.0.0.1/neutron
[DEFAULT]
core_plugin = ml2
service_plugins =
transport_url = rabbit://openstack:$PARAM_QUEUE_PASSWORD@$CONTROLLER:5672/
auth_strategy = keystone
api_workers = 1
rpc_workers = 1
notify_nova_on_port_status_changes = $(part_of compute && echo true || echo false)
notify_nova_on_port_data_changes = $(part_of compute && echo true || echo false)
[oslo_messaging_rabbit]
# Else 3, 5, 7 s and more: at a boot RabbitMQ is there last.
rabbit_interval_max = 1
CONF
} | set_options /etc/neutron/neutron.conf
network_plugin_settings | set_options /etc/neutron/plugins/ml2/ml2_conf.ini
has_schema neutron || make_tables neutron as neutron neutron-db-manage --config-file /etc/neutron/neutron.conf --config-file /etc/neutron/plugins/ml2/ml2_conf.ini upgrade heads
two_processes /etc/neutron/neutron-api-uwsgi.ini /var/lib/neutron/neutron-api.fifo
start neutron-api
answers "$NETWORK_URL" 180 neutron-api
# Only agents ask it, and nobody waits for it: it loads when the rest of a boot is done. To systemd it is active meanwhile.
program=$(sed -n 's/^ExecStart=//p' "$(systemctl show --value -p FragmentPath neutron-rpc-server)")
[ -n "$program" ] || die "the unit neutron-rpc-server has no ExecStart: is its package installed whole?"
mkdir -p /etc/systemd/system/neutron-rpc-server.service.d
cat >/etc/systemd/system/neutron-rpc-server.service.d/essex-late.conf <<CONF
[Service]
ExecStart=
ExecStart=/bin/sh -c "curl -sf -o /dev/null --retry 120 --retry-delay 1 --retry-max-time 120 --retry-all-errors $NETWORK_URL; sleep $SETTLED; exec $program"
CONF
systemctl daemon-reload
start neutron-rpc-server
echo "network at $NETWORK_URL, ml2 with $PARAM_NETWORK_PLUGIN"
