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

# A start of nova-manage takes two seconds; so it is started once and forks for each command. Cells are written down with
# templates that nova fills from its configuration: no password lies in them, and a changed one needs no change there.
if has_schema nova_api && has_schema nova && has_schema nova_cell0; then tables=; else tables=yes; fi
if [ -n "$tables" ]; then begin_tables nova_api nova nova_cell0; fi
cell_is_there() { mysql --skip-column-names nova_api -e "SELECT 1 FROM cell_mappings WHERE name = 'cell1'" 2>/dev/null | grep -q 1; }
if cell_is_there; then cell=; else cell=yes; fi
as nova python3 - "$cell" "$tables" <<'PYTHON'
import os, sys
from nova.cmd import manage
cell, tables = sys.argv[1:]
DATABASE = '{scheme}://{username}:{password}@{hostname}/'
COMMANDS = [
    ['api_db', 'sync'],
    ['cell_v2', 'map_cell0', '--database_connection', DATABASE + 'nova_cell0'],
    ['cell_v2', 'create_cell', '--name=cell1', '--database_connection', DATABASE + 'nova',
     '--transport-url', '{scheme}://{username}:{password}@{hostname}:{port}/'],
    ['db', 'sync'],
]
for command in COMMANDS:
    if 'create_cell' in command and not cell or 'sync' in command and not tables:
        continue
    child = os.fork()
    if not child:
        sys.argv = ['nova-manage', *command]
        try:
            code = manage.main()
        except SystemExit as end:
            code = end.code
        os._exit(code if isinstance(code, int) else 1 if code else 0)
    if os.waitpid(child, 0)[1]:
        sys.exit('nova-manage %s failed' % ' '.join(command))
PYTHON
end_tables nova_api nova nova_cell0
few_processes /etc/nova/nova-api-uwsgi.ini 2 1
start nova-api
answers "http://$CONTROLLER:8774/" 90 nova-api
echo "compute at $COMPUTE_URL"
