# Needs Keystone only when it is asked for something, so both are set up side by side.
{
  token_check glance "$PARAM_GLANCE_PASSWORD"
  cat <<CONF
[DEFAULT]
# The default is a process per core.
workers = 1
enabled_backends = local:file
[glance_store]
default_backend = local
[local]
filesystem_store_datadir = /var/lib/glance/images
[database]
connection = mysql+pymysql://glance:$PARAM_GLANCE_DB_PASSWORD@127.0.0.1/glance
[paste_deploy]
flavor = keystone
CONF
} | set_options /etc/glance/glance-api.conf
has_schema glance || make_tables glance as glance glance-manage db_sync
few_processes /etc/glance/glance-api-uwsgi.ini
start glance-api
answers "$IMAGE_URL" 180 glance-api
echo "image at $IMAGE_URL"
