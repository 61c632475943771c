{
  token_check placement "$PARAM_PLACEMENT_PASSWORD"
  cat <<CONF
[placement_database]
connection = mysql+pymysql://placement:$PARAM_PLACEMENT_DB_PASSWORD@127.0.0.1/placement
[api]
auth_strategy = keystone
CONF
} | set_options /etc/placement/placement.conf
has_schema placement || make_tables placement as placement placement-manage db sync
few_processes /etc/placement/placement-api-uwsgi.ini
start placement-api
answers "$PLACEMENT_URL" 180 placement-api
echo "placement at $PLACEMENT_URL"
