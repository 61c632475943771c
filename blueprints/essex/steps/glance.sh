# Needs Keystone only when it is asked for something, so both are set up side by side.
set_options /etc/glance/glance-api.conf <<CONF
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
[keystone_authtoken]
www_authenticate_uri = $IDENTITY_URL
auth_url = $IDENTITY_URL
auth_type = password
username = glance
password = $PARAM_GLANCE_PASSWORD
user_domain_name = Default
project_name = service
project_domain_name = Default
region_name = $PARAM_REGION
service_token_roles_required = true
memcached_servers = 127.0.0.1:11211
CONF
as glance glance-manage db_sync
start glance-api
answers "$IMAGE_URL" 90 glance-api
echo "image at $IMAGE_URL"
