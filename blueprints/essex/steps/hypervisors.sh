# Compute nodes are taken into the cell when all have said that they are there, and land in the zones of their machines:
# an aggregate per zone, which is how Nova says availability zone.
openstack_api <<'PYTHON'
import time
NODES = dict(zip(os.environ.get('ROLE_COMPUTE_NAMES', '').split(), os.environ.get('ROLE_COMPUTE_ZONES', '').split()))
login()
compute = endpoint('compute')
deadline = time.monotonic() + 240
while True:
    services = call('GET', compute + '/os-services?binary=nova-compute')[2]['services']
    missing = sorted(set(NODES) - {service['host'] for service in services if service['state'] == 'up'})
    if not missing:
        break
    if time.monotonic() > deadline:
        sys.exit('nova-compute has not come up within 4 minutes on %s: journalctl -u nova-compute there' % ', '.join(missing))
    time.sleep(0.5)
PYTHON
as nova nova-manage cell_v2 discover_hosts --by-service
openstack_api <<'PYTHON'
NODES = dict(zip(os.environ.get('ROLE_COMPUTE_NAMES', '').split(), os.environ.get('ROLE_COMPUTE_ZONES', '').split()))
login()
compute = endpoint('compute')
aggregates = {aggregate['name']: aggregate for aggregate in call('GET', compute + '/os-aggregates')[2]['aggregates']}
for zone in sorted(set(NODES.values()) - {'-'}):
    if zone not in aggregates:
        made = {'aggregate': {'name': zone, 'availability_zone': zone}}
        aggregates[zone] = call('POST', compute + '/os-aggregates', made)[2]['aggregate']
for node, zone in NODES.items():
    for name, aggregate in aggregates.items():
        action = None
        if name == zone and node not in aggregate.get('hosts', ()):
            action = 'add_host'
        elif name != zone and node in aggregate.get('hosts', ()) and aggregate['availability_zone'] == name:
            action = 'remove_host'
        if action:
            call('POST', '%s/os-aggregates/%s/action' % (compute, aggregate['id']), {action: {'host': node}})
print('%d compute nodes%s' % (len(NODES), ''.join(', %s in %s' % pair for pair in sorted(NODES.items()) if pair[1] != '-')))
PYTHON
