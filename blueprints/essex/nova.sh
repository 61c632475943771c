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
