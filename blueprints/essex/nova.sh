# shellcheck shell=sh
# nova_settings: what nova.conf says on every node; the controller adds its databases, compute nodes their hypervisor.
nova_settings() {
  token_check nova "$PARAM_NOVA_PASSWORD"
  cat <<CONF
[DEFAULT]
my_ip = $NODE_ADDRESS
transport_url = rabbit://openstack:$PARAM_QUEUE_PASSWORD@$CONTROLLER:5672/
osapi_compute_workers = 1
metadata_workers = 1
[oslo_messaging_rabbit]
# Else 3, 5, 7 s and more: at a boot RabbitMQ is there last.
rabbit_interval_max = 1
[api]
auth_strategy = keystone
[glance]
api_servers = $IMAGE_URL
region_name = $PARAM_REGION
[conductor]
workers = 1
[scheduler]
workers = 1
[vnc]
enabled = false
[cinder]
os_region_name = $PARAM_REGION
CONF
  service_login placement placement "$PARAM_PLACEMENT_PASSWORD"
  service_login neutron neutron "$PARAM_NEUTRON_PASSWORD"
  service_login service_user nova "$PARAM_NOVA_PASSWORD"
  echo 'send_service_user_token = true'
}

# NOVA_MANAGE: a start of nova-manage takes two seconds. So this program is started once, and forks for each of its arguments, which
# are commands of nova-manage: python3 -c "$NOVA_MANAGE" 'api_db sync' …
# shellcheck disable=SC2034 # of the steps
NOVA_MANAGE='
import os, sys
from nova.cmd import manage
for command in sys.argv[1:]:
    child = os.fork()
    if not child:
        sys.argv = ["nova-manage", *command.split()]
        try:
            code = manage.main()
        except SystemExit as end:
            code = end.code
        sys.stdout.flush()
        os._exit(code if isinstance(code, int) else 1 if code else 0)
    if os.waitpid(child, 0)[1]:
        sys.exit("nova-manage %s failed" % command)
'

# Cells are written down with templates that nova fills from its configuration: no password lies in them, and a changed one needs no
# change there. They are the same in all environments.
NOVA_DATABASE='{scheme}://{username}:{password}@{hostname}/'
# shellcheck disable=SC2034 # of the steps
MAP_CELL0="cell_v2 map_cell0 --database_connection ${NOVA_DATABASE}nova_cell0"
# shellcheck disable=SC2034 # of the steps
CREATE_CELL="cell_v2 create_cell --name=cell1 --database_connection ${NOVA_DATABASE}nova --transport-url {scheme}://{username}:{password}@{hostname}:{port}/"
