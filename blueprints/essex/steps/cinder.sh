# API, scheduler and volume service on the controller, with one backend: the plug-in's.
backend=$(volume_plugin_settings)
install -d -o cinder -g cinder -m 0750 /var/lib/cinder/locks
{
  token_check cinder "$PARAM_CINDER_PASSWORD"
  cat <<CONF
[DEFAULT]
my_ip = $NODE_ADDRESS
auth_strategy = keystone
transport_url = rabbit://openstack:$PARAM_QUEUE_PASSWORD@$CONTROLLER:5672/
glance_api_servers = $IMAGE_URL
enabled_backends = $PARAM_VOLUME_PLUGIN
osapi_volume_workers = 1
[database]
connection = mysql+pymysql://cinder:$PARAM_CINDER_DB_PASSWORD@127.0.0.1/cinder
[oslo_messaging_rabbit]
# Else 3, 5, 7 s and more: at a boot RabbitMQ is there last.
rabbit_interval_max = 1
[oslo_concurrency]
lock_path = /var/lib/cinder/locks
$backend
CONF
} | set_options /etc/cinder/cinder.conf
make_tables cinder as cinder cinder-manage db sync
few_processes /etc/cinder/cinder-api-uwsgi.ini 2 1
# shellcheck disable=SC2086 # a list of words
start $VOLUME_UNITS cinder-api cinder-scheduler cinder-volume
answers "http://$CONTROLLER:8776/" 180 cinder-api
echo "volume at http://$CONTROLLER:8776/, backend $PARAM_VOLUME_PLUGIN"
